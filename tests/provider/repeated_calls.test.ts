import assert from "node:assert/strict";
import type { ToolCall } from "../../lib/protocol/conversation.ts";
import { withoutRepeats } from "../../lib/provider/repeated_calls.ts";

function call(id: string, name = "work", args = '{"a":1}'): ToolCall {
  return { id, name, arguments: args };
}

const CASES: readonly (readonly [claim: string, parts: readonly (ToolCall | null)[], kept: number[]])[] = [
  ["takes out a call that comes again", [call("1"), call("2"), call("1"), call("1")], [0, 1]],
  ["takes out one that is only spaced otherwise", [call("1"), call("1", "work", '{ "a": 1 }')], [0]],
  ["keeps calls that have no id", [call(""), call("")], [0, 1]],
  ["keeps another call under the same id", [call("1"), call("1", "rest"), call("1", "work", "{}")], [
    0,
    1,
    2,
  ]],
  ["keeps what is no call", [null, call("1"), null, call("1")], [0, 1, 2]],
];

for (const [claim, parts, kept] of CASES) {
  Deno.test(`withoutRepeats() ${claim}`, () => {
    assert.deepEqual(withoutRepeats([...parts.keys()], (at) => parts[at] ?? null), kept);
  });
}
