import type { ToolCall } from "../protocol/conversation.ts";
import { compactArguments } from "./json_arguments.ts";

/**
 * The parts of an answer, but for each call that is one before it, sent again: the same id, name and arguments. `callOf`
 * returns the call that a part is, with the id that its server gave it ("": none); null: it is no call.
 */
export function withoutRepeats<Part>(
  parts: readonly Part[],
  callOf: (part: Part) => ToolCall | null,
): readonly Part[] {
  const before = new Set<string>();
  return parts.filter((part) => {
    const call = callOf(part);
    if (call === null || call.id === "") return true;
    const said = JSON.stringify([call.id, call.name, compactArguments(call.arguments)]);
    const isNew = !before.has(said);
    before.add(said);
    return isNew;
  });
}
