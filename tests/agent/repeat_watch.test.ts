import assert from "node:assert/strict";
import fc from "fast-check";
import { RepeatWatch } from "../../lib/agent/repeat_watch.ts";

/** Tells the watch a turn with one call. */
function tell(watch: RepeatWatch, args: string, result: string, id = "c"): boolean {
  return watch.isStuck([{ id, name: "work", arguments: args }], new Map([[id, result]]));
}

Deno.test("RepeatWatch.isStuck() holds exactly when the last five turns were the same", () => {
  const turns = fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("1", "2")), { maxLength: 40 });
  fc.assert(fc.property(turns, (all) => {
    const watch = new RepeatWatch();
    for (const [index, [args, result]] of all.entries()) {
      const lastFive = all.slice(Math.max(0, index - 4), index + 1);
      const isSame = lastFive.length === 5 && lastFive.every(([a, r]) => a === args && r === result);
      assert.equal(tell(watch, args, result, `call_${index}`), isSame);
    }
  }));
});

Deno.test("RepeatWatch.isStuck() tells turns apart by each of their calls", () => {
  const watch = new RepeatWatch();
  const calls = ["a", "b"].map((args) => ({ id: args, name: "work", arguments: args }));
  for (let turn = 0; turn < 12; turn++) {
    const results = new Map([["a", "same"], ["b", `${Math.floor(turn / 4)}`]]);
    assert.equal(watch.isStuck(calls, results), false);
  }
});

Deno.test("RepeatWatch.isStuck() takes no other duration for another result", () => {
  const watch = new RepeatWatch();
  const turns = [0.012, 0.009, 1, 0.1, 2.25].map((duration_s) =>
    JSON.stringify({ output: "x", duration_s, exit: 1 })
  );
  assert.deepEqual(turns.map((result) => tell(watch, "{}", result)), [false, false, false, false, true]);
});
