import type { AgentEvent, CompactedEvent } from "../protocol/agent_events.ts";
import type { Message, ToolSchema } from "../protocol/conversation.ts";
import { SUMMARY_REQUEST } from "../protocol/summary_texts.ts";
import type { ModelClient } from "../provider/provider.ts";
import { toWireError } from "../support/errors.ts";
import { dropResults, olderPart, summarisedBytes, withSummary } from "./compaction.ts";
import { type ContextCare, roomOf } from "./context_care.ts";
import { bytesOf, estimateTokens } from "./context_size.ts";
import type { Conversation } from "./conversation.ts";
import type { LoopControl } from "./loop_control.ts";

/** What is compacted, and what it takes. */
export interface CompactWork {
  readonly conversation: Conversation;
  readonly client: ModelClient;
  readonly schemas: readonly ToolSchema[];
  readonly control: LoopControl;
  readonly context: ContextCare;
  /** The model may be asked for a summary. */
  readonly mayAsk: boolean;
}

/** `interrupted`: the request for a summary was cut short, and the conversation is as it was. */
export type CompactEnd = "compacted" | "nothing" | "interrupted";

/** To this part of its room a full conversation is compacted. */
const AIM = 0.5;
/** A summary that saves less than this part of the room is not worth its request, */
const WORTH = 0.1;
/** nor is one of less than so many bytes. */
const WORTH_BYTES = 500;

/**
 * Makes a conversation shorter: old results of tools go first, then the older part gives way to a summary that the
 * model is asked for. Because it is full it is shortened as far as needed, else as far as it goes. The conversation
 * changes in one step at the end; until then, and when the request fails or is aborted, it is as it was.
 */
export async function* compact(
  work: CompactWork,
  why: CompactedEvent["why"],
): AsyncGenerator<AgentEvent, CompactEnd> {
  const { conversation, schemas, context } = work;
  const before = conversation.messages;
  const fixed = bytesOf(schemas);
  const tokensBefore = estimateTokens(conversation, schemas);
  const perByte = tokensBefore / (fixed + bytesOf(before));
  const aim = why === "full" ? AIM * (roomOf(context) ?? Infinity) : 0;
  const { messages, dropped, freed } = dropResults(before, (gone) => tokensBefore - gone * perByte <= aim);
  const isEnough = tokensBefore - freed * perByte <= aim;
  const summary = !isEnough && isWorthIt(work, why, summarisedBytes(messages), perByte)
    ? yield* askSummary(work, olderPart(messages))
    : "";
  if (summary === null) return "interrupted";
  const shorter = summary === "" ? messages : withSummary(messages, summary, context);
  const summarised = bytesOf(shorter) < bytesOf(messages);
  const after = summarised ? shorter : messages;
  if (after === before) return "nothing";
  const tokensAfter = Math.ceil((fixed + bytesOf(after)) * perByte);
  conversation.replace(after);
  conversation.noteInput(tokensAfter, after.length);
  yield { type: "compacted", why, tokensBefore, tokensAfter, dropped, summarised };
  return "compacted";
}

function isWorthIt(
  { context, mayAsk }: CompactWork,
  why: CompactedEvent["why"],
  bytes: number,
  perByte: number,
): boolean {
  if (!mayAsk || bytes < WORTH_BYTES) return false;
  return why !== "full" || bytes * perByte >= WORTH * (roomOf(context) ?? 0);
}

/** Asks once, as every request is asked; null when a message or a hand-over cut it short. */
async function* askSummary(
  { client, control, schemas }: CompactWork,
  older: readonly Message[],
): AsyncGenerator<AgentEvent, string | null> {
  using open = control.openRequest();
  const messages: Message[] = [...older, { role: "user", content: SUMMARY_REQUEST }];
  try {
    const stream = client.request({ messages, tools: schemas, mustAnswer: true }, open.signal);
    for (;;) {
      const step = await stream.next();
      if (step.done) return step.value.message.content.trim();
      const event = step.value;
      if ("error" in event) yield { ...event, error: toWireError(event.error) };
    }
  } catch (error) {
    if (!open.signal.aborted || control.stop.signal.aborted) throw error;
    return null;
  }
}
