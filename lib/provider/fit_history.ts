import type { AssistantMessage, Message, ToolCall } from "../protocol/conversation.ts";
import type { Quirk } from "../protocol/dialect.ts";
import { isCommonId, isShortId, shortIdFor } from "./call_ids.ts";
import type { WireTarget } from "./wire.ts";

/** What stands for an answer of the model where a server wants one before the user speaks again. */
const GOING_ON = "(I have the results.)";

/**
 * The messages as the server of the target takes them: blank text is none, names and ids are of the characters that
 * servers allow, and roles follow each other as the dialect wants. What the server made itself keeps its ids. The same
 * messages always come out the same, so that a longer history begins as the shorter one did.
 */
export function fitHistory(messages: readonly Message[], target: WireTarget): readonly Message[] {
  const { quirks } = target.dialect;
  const ids = idsOf(messages, target);
  const fitted = messages.map((message) => fitMessage(message, ids)).filter(saysSomething);
  const led = quirks.includes("system_as_user") ? fitted.map(asUser) : fitted;
  const parted = wantsAnswers(quirks) ? led.flatMap(withAnswerBefore) : led;
  return quirks.includes("alternating_roles") ? joinUsers(parted) : parted;
}

function fitMessage(message: Message, ids: ReadonlyMap<string, string>): Message {
  const content = message.content.trim() === "" ? "" : message.content;
  if (message.role === "tool") {
    const callId = ids.get(message.callId) ?? message.callId;
    return content === message.content && callId === message.callId
      ? message
      : { ...message, content, callId };
  }
  if (message.role !== "assistant") return content === message.content ? message : { ...message, content };
  const toolCalls = message.toolCalls.map((call) => fitCall(call, ids));
  const isSame = content === message.content && toolCalls.every((call, at) => call === message.toolCalls[at]);
  return isSame ? message : { ...message, content, toolCalls };
}

function fitCall(call: ToolCall, ids: ReadonlyMap<string, string>): ToolCall {
  const id = ids.get(call.id) ?? call.id;
  const name = /^[A-Za-z0-9_-]{1,64}$/.test(call.name) ? call.name : plainName(call.name);
  return id === call.id && name === call.name ? call : { ...call, id, name };
}

/** A model may have called what it was not told of, by any name. */
function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "unnamed";
}

/** The ids that have to be others, with what they become. */
function idsOf(messages: readonly Message[], target: WireTarget): ReadonlyMap<string, string> {
  const isFit = target.dialect.quirks.includes("nine_char_ids") ? isShortId : isCommonId;
  const foreign = messages.filter((message) => message.role === "assistant" && !isOwn(message, target));
  const calls = foreign.flatMap((message) => message.role === "assistant" ? message.toolCalls : []);
  return new Map(calls.filter(({ id }) => !isFit(id)).map(({ id }) => [id, shortIdFor(id)]));
}

function isOwn({ carried }: AssistantMessage, { carries }: WireTarget): boolean {
  return carried !== undefined && carries(carried);
}

function saysSomething(message: Message): boolean {
  if (message.content !== "" || message.role === "tool") return true;
  return message.role === "assistant" && message.toolCalls.length > 0;
}

function asUser(message: Message): Message {
  return message.role === "system" ? { role: "user", content: message.content } : message;
}

function wantsAnswers(quirks: readonly Quirk[]): boolean {
  return quirks.includes("assistant_after_tools") || quirks.includes("alternating_roles");
}

function withAnswerBefore(message: Message, at: number, all: readonly Message[]): readonly Message[] {
  const isAfterTools = message.role === "user" && all[at - 1]?.role === "tool";
  return isAfterTools ? [{ role: "assistant", content: GOING_ON, toolCalls: [] }, message] : [message];
}

function joinUsers(messages: readonly Message[]): readonly Message[] {
  const joined: Message[] = [];
  for (const message of messages) {
    const before = joined.at(-1);
    if (message.role === "user" && before?.role === "user") {
      joined[joined.length - 1] = { role: "user", content: `${before.content}\n\n${message.content}` };
    } else joined.push(message);
  }
  return joined;
}
