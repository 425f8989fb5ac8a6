import assert from "node:assert/strict";
import fc from "fast-check";
import { addUsage, NO_USAGE } from "../../lib/protocol/conversation.ts";

const usage = fc.record(
  {
    input: fc.nat(),
    cached: fc.nat(),
    written: fc.nat().map((n) => n + 1),
    output: fc.nat(),
    reasoning: fc.nat(),
  },
  { noNullPrototype: true, requiredKeys: ["input", "cached", "output", "reasoning"] },
);

Deno.test("addUsage() adds each figure, in any order, and nothing changes nothing", () => {
  fc.assert(fc.property(usage, usage, (a, b) => {
    assert.deepEqual(addUsage(a, b), addUsage(b, a));
    assert.deepEqual(addUsage(a, NO_USAGE), a);
  }));
  assert.deepEqual(
    addUsage({ input: 1, cached: 2, output: 3, reasoning: 4 }, {
      input: 10,
      cached: 20,
      output: 30,
      reasoning: 40,
    }),
    { input: 11, cached: 22, output: 33, reasoning: 44 },
  );
});
