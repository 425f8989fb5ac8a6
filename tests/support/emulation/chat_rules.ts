import type { Reading } from "../wire_reading.ts";
import type { Asked } from "./asked.ts";
import type { Extras, Issued } from "./issued.ts";
import { isSameJson } from "./same_json.ts";

/** Looks at a Chat Completions request; words: what is wrong with it. */
export type ChatRule = (body: Reading, asked: Asked, issued: Issued) => string | null;

/** The first complaint about any of the messages. */
export function eachMessage(
  complaint: (message: Reading, at: number, all: Reading[], extras: Extras | undefined) => string | null,
): ChatRule {
  return ({ messages }, { account, entries }, issued) => {
    for (const [at, message] of messages.entries()) {
      const said = entries[at]!; // one entry for each message on this wire
      const extras = message.role === "assistant" ? issued.of(account, said) : undefined;
      const words = complaint(message, at, messages, extras);
      if (words !== null) return words;
    }
    return null;
  };
}

/** Each call is answered once and at once, and each result has its call (in the words of OpenAI, as most have them). */
export const answersCalls: ChatRule = ({ messages }) => {
  let open: string[] = [];
  for (const [at, message] of messages.entries()) {
    if (message.role === "tool") {
      if (!open.includes(message.tool_call_id)) {
        return "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
      }
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) return unanswered(open);
    open = (message.tool_calls ?? []).map(({ id }: Reading) => id);
    if (message.role === "assistant" && open.length === 0 && at === messages.length - 1) {
      return "The last message must not be an assistant message";
    }
  }
  return open.length > 0 ? unanswered(open) : null;
};

function unanswered(ids: readonly string[]): string {
  return "An assistant message with 'tool_calls' must be followed by tool messages responding to each " +
    `'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(", ")}`;
}

/** Names of tools, those that are told of and those that were called, are of these characters. */
export function named(pattern: RegExp, words: (name: string) => string): ChatRule {
  return ({ tools = [], messages }) => {
    const called = messages.flatMap(({ tool_calls: calls = [] }: Reading) => calls);
    const names = [...tools, ...called].map((each: Reading) => each.function.name);
    const wrong = names.find((name) => !pattern.test(name));
    return wrong === undefined ? null : words(wrong);
  };
}

/** Nothing is said in no words, save beside calls. */
export function saysSomething(words: (at: number, role: string) => string): ChatRule {
  return eachMessage(({ role, content, tool_calls: calls = [] }, at) => {
    const isEmpty = content === null || content === undefined || String(content).trim() === "";
    return isEmpty && calls.length === 0 && role !== "tool" ? words(at, role) : null;
  });
}

/** A history with calls comes with its tools (LiteLLM and Anthropic's own endpoint want them). */
export const keepsTools: ChatRule = ({ tools, messages }) =>
  tools === undefined && messages.some(({ tool_calls: calls = [] }: Reading) => calls.length > 0)
    ? "Requests which include `tool_use` or `tool_result` blocks must define tools."
    : null;

/** Arguments of calls are objects in JSON, with whole characters. */
export const argumentsAreJson: ChatRule = eachMessage(({ tool_calls: calls = [] }) => {
  for (const { id, function: { arguments: text } } of calls) {
    try {
      const args: unknown = JSON.parse(text);
      if (typeof args === "object" && args !== null && !Array.isArray(args)) continue;
    } catch (error) {
      return `The arguments to a tool_call with ID '${id}' are not a valid JSON string. ${error}`;
    }
    return `The arguments to a tool_call with ID '${id}' are not a valid JSON object.`;
  }
  return null;
});

/** Halves of characters, escaped or not, break the parsers of most servers. */
export const isWellFormed: ChatRule = (_body, { request: { raw } }) =>
  raw.isWellFormed() && halves(raw).length === 0
    ? null
    : "Failed to parse the request body as JSON: messages: lone leading surrogate in hex escape";

/** Escapes of half characters in a JSON text. */
function halves(raw: string): readonly string[] {
  const escapes = raw.match(/\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\ud[89a-f][0-9a-f]{2}/gi) ?? [];
  return escapes.filter((each) => each.length === 6);
}

/** What this server put beside a message comes back as it was (none checks it so well; we promise it). */
export function comesBack(fields: readonly string[]): ChatRule {
  return eachMessage((message, at, _all, extras) => {
    const lost = fields.find((name) =>
      extras?.[name] !== undefined && !isSameJson(extras[name], message[name])
    );
    return lost === undefined ? null : `messages[${at}].${lost} is not as it was issued`;
  });
}
