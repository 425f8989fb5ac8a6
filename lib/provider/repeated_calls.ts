import type { ToolCall } from "../protocol/conversation.ts";
import { isSameArguments } from "./json_arguments.ts";

/**
 * The parts of an answer, but for each call that is one before it, sent again: the same id, name and arguments. `callOf`
 * returns the call that a part is, with the id that its server gave it ("": none); null: it is no call.
 */
export function withoutRepeats<Part>(
  parts: readonly Part[],
  callOf: (part: Part) => ToolCall | null,
): readonly Part[] {
  const byId = new Map<string, ToolCall[]>();
  return parts.filter((part) => {
    const call = callOf(part);
    if (call === null || call.id === "") return true;
    const before = byId.get(call.id) ?? [];
    byId.set(call.id, before);
    const isAgain = before.some((other) =>
      other.name === call.name && isSameArguments(other.arguments, call.arguments)
    );
    if (!isAgain) before.push(call);
    return !isAgain;
  });
}
