import type { Message, ToolCall } from "../protocol/conversation.ts";
import { SUMMARY_HEAD } from "../protocol/summary_texts.ts";
import { bytesOf } from "./context_size.ts";
import type { ContextCare } from "./context_care.ts";
import { cutToFile, fileOfCut } from "./long_result.ts";
import { headOf } from "../support/cut_text.ts";

/** How many turns at the end are left as they are. */
const RECENT_TURNS = 2;
/** A user message of the older part that is longer is cut to this; the whole goes to a file. */
const USER_CHARS = 20_000;
/** A result whose line would save fewer bytes stays: it is short, or such a line already. */
const GAIN_BYTES = 50;
/** How much of a call's arguments stands where its result stood. */
const ABOUT_CHARS = 80;

/** Messages without some of their results. */
export interface Dropped {
  readonly messages: readonly Message[];
  readonly dropped: number;
  /** Bytes that are gone. */
  readonly freed: number;
}

/**
 * Puts one line in the place of results of tools, the oldest first, until `isEnough` of the bytes freed. Those of the
 * last two turns stay, as do those that are hardly longer than the line.
 */
export function dropResults(messages: readonly Message[], isEnough: (freed: number) => boolean): Dropped {
  const recent = recentFrom(messages);
  return dropWhere(messages, (index, freed) => index < recent && !isEnough(freed));
}

/** The same with all results of the last turn, and only those. */
export function dropLastResults(messages: readonly Message[]): Dropped {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return dropWhere(messages, (index) => index > last);
}

function dropWhere(
  messages: readonly Message[],
  goes: (index: number, freed: number) => boolean,
): Dropped {
  const calls = callsById(messages);
  let freed = 0;
  let dropped = 0;
  const rest = messages.map((message, index) => {
    if (message.role !== "tool" || !goes(index, freed)) return message;
    const short = { ...message, content: placeOf(calls.get(message.callId), message.content) };
    const gain = bytesOf([message]) - bytesOf([short]);
    if (gain < GAIN_BYTES) return message;
    freed += gain;
    dropped++;
    return short;
  });
  return { messages: dropped === 0 ? messages : rest, dropped, freed };
}

/** The system prompt and the older part: all before the last two turns. It ends where no call is open. */
export function olderPart(messages: readonly Message[]): readonly Message[] {
  return messages.slice(0, recentFrom(messages));
}

/** Bytes of what a summary would take the place of. */
export function summarisedBytes(messages: readonly Message[]): number {
  return bytesOf(
    olderPart(messages).filter((message, index) =>
      message.role === "assistant" || message.role === "tool" || isSummary(message, index)
    ),
  );
}

/**
 * Puts a summary in the place of the older part, after which the user's messages of that part follow; a huge one is cut,
 * but never the last one nor the goal of a child. The last two turns stay as they are, as all does when nothing is older.
 */
export function withSummary(messages: readonly Message[], summary: string, care: ContextCare): Message[] {
  const recent = recentFrom(messages);
  if (recent === 1) return [...messages];
  const users = [...messages.entries()].filter(([index, message]) =>
    message.role === "user" && !isSummary(message, index)
  );
  const goal = care.firstIsGoal ? users[0]?.[0] : undefined;
  const last = users.at(-1)?.[0];
  const kept = users.filter(([index]) => index < recent).map(([index, message]) =>
    index === goal || index === last ? message : shortMessage(message, index, care)
  );
  return [
    ...messages.slice(0, 1),
    { role: "user", content: SUMMARY_HEAD + summary },
    ...kept,
    ...messages.slice(recent),
  ];
}

/** Where the last two turns begin: with the message of the model in the first of them. 1 when there is nothing before. */
function recentFrom(messages: readonly Message[]): number {
  const said = [...messages.keys()].filter((index) => messages[index]?.role === "assistant");
  return said.at(-RECENT_TURNS) ?? 1;
}

/** A former summary stands behind the system prompt; it goes into the next one. */
function isSummary(message: Message, index: number): boolean {
  return index === 1 && message.role === "user" && message.content.startsWith(SUMMARY_HEAD);
}

function shortMessage(message: Message, index: number, { spill }: ContextCare): Message {
  if (message.role !== "user" || message.content.length <= USER_CHARS) return message;
  return { ...message, content: cutToFile(message.content, USER_CHARS, spill, `message-${index}.txt`) };
}

function callsById(messages: readonly Message[]): ReadonlyMap<string, ToolCall> {
  const calls = messages.flatMap((message) => message.role === "assistant" ? message.toolCalls : []);
  return new Map(calls.map((call) => [call.id, call]));
}

function placeOf(call: ToolCall | undefined, content: string): string {
  const args = headOf((call?.arguments ?? "").replaceAll(/\s+/g, " "), ABOUT_CHARS);
  const file = fileOfCut(content);
  const what = file === null ? `${content.length} characters` : `the whole is in ${file}`;
  return `[The result of ${call?.name ?? "a tool"} ${args} was left out to make room: ${what}]`;
}
