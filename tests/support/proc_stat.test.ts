import assert from "node:assert/strict";
import { statFields } from "../../lib/support/proc_stat.ts";

const STATS: Readonly<Record<string, readonly string[]>> = {
  "12 (sh) S 1 12 12 0": ["S", "1", "12", "12", "0"],
  "12 (a) Z 9 (b c) R 1 12\n": ["R", "1", "12"],
  "12 () T 1": ["T", "1"],
  "": [],
};

for (const [stat, fields] of Object.entries(STATS)) {
  Deno.test(`statFields() of ${JSON.stringify(stat)} begin with the state, whatever the name is`, () => {
    assert.deepEqual(statFields(stat), fields);
  });
}
