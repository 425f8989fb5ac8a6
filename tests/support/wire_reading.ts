import type { ChatBody, RecordedRequest, WireMessage } from "./scripted_server.ts";

/** A JSON object as its reader on the other side sees it; a test asserts on every field it uses. */
// deno-lint-ignore no-explicit-any -- typing it by our own types would make it agree with itself
export type Reading = any;

/** Whether the model may call a tool. */
export function mayCall({ tools, tool_choice }: ChatBody): boolean {
  return tools !== undefined && tool_choice !== "none";
}

/** Whether a request comes from a child: only children are told of `finish`. */
export function isChild({ body }: RecordedRequest): boolean {
  return (body.tools ?? []).some((tool) => tool.function.name === "finish");
}

/** The objects of the tool messages that end a request: the results of the last turn, in order. */
export function lastResults({ body }: RecordedRequest): Reading[] {
  const after = body.messages.findLastIndex((message) => message.role === "assistant") + 1;
  return body.messages.slice(after).filter((message) => message.role === "tool").map(parseContent);
}

/** The number of the request in its conversation: 1 for the first. */
export function turnOf({ body }: RecordedRequest): number {
  return body.messages.filter((message) => message.role === "assistant").length + 1;
}

/** Those of the words that a request mentions anywhere. */
export function mentioned(request: RecordedRequest, words: readonly string[]): string[] {
  return words.filter((word) => request.raw.includes(word));
}

/** The user-role messages of a body, in order. */
export function userMessages({ messages }: ChatBody): string[] {
  return messages.filter(({ role }) => role === "user").map(({ content }) => content ?? "");
}

function parseContent(message: WireMessage): unknown {
  return JSON.parse(message.content ?? "null");
}
