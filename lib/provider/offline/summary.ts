import { SUMMARY_HEAD, SUMMARY_REQUEST } from "../../protocol/summary_texts.ts";
import { oneLine } from "./commands.ts";
import type { OfflineRequest, WireMessage } from "./read_request.ts";
import { countSettled } from "./work.ts";

/** How many lines a summary has at most; the oldest go. */
const LINES = 60;

/** Whether a request asks for a summary of all before its last message. */
export function asksSummary({ messages, tools }: OfflineRequest): boolean {
  return tools.size === 0 && messages.at(-1)?.content === SUMMARY_REQUEST;
}

/** What was said and came of it, a line each, under the number of what was asked and is settled. */
export function summaryOf(request: OfflineRequest): string {
  const messages = request.messages.slice(0, -1);
  const lines = messages.flatMap(linesOf).slice(-LINES);
  return [`Settled so far: ${countSettled({ ...request, messages })}`, ...lines].join("\n");
}

/** The user's words need no summary: they follow it. */
function linesOf({ role, content, calls }: WireMessage): readonly string[] {
  switch (role) {
    case "assistant":
      return [...(content === "" ? [] : [oneLine(content)]), ...calls.map(({ name }) => `called ${name}`)];
    case "tool":
      return [`  ${oneLine(content)}`];
    case "user":
      return content.startsWith(SUMMARY_HEAD) ? content.slice(SUMMARY_HEAD.length).split("\n").slice(1) : [];
    case "system":
      return [];
    default:
      return role satisfies never;
  }
}
