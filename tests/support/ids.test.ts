import assert from "node:assert/strict";
import { newId, SESSION_ID, TASK_ID } from "../../lib/support/ids.ts";

Deno.test("newId() has the form of its kind and comes again for nobody", () => {
  const taken = new Set<string>();
  for (let i = 0; i < 2000; i++) taken.add(newId("t", (id) => taken.has(id)));
  assert.equal(taken.size, 2000);
  assert.deepEqual([...taken].filter((id) => !TASK_ID.test(id)), []);
  assert.match(newId("s", () => false), SESSION_ID);
});

Deno.test("newId() asks on until an id is free", () => {
  const refused: string[] = [];
  const id = newId("t", (candidate) => refused.length < 3 && refused.push(candidate) > 0);
  assert.equal(refused.length, 3);
  assert.match(id, TASK_ID);
});

Deno.test("TASK_ID takes no letter that Crockford's base32 leaves out", () => {
  for (const id of ["t0000i", "t0000l", "t0000o", "t0000u", "T00000", "t0000", "t000000", "s00000", ""]) {
    assert.equal(TASK_ID.test(id), false, id);
  }
  for (const id of ["t00000", "tzzzzz", "t7f3k9"]) assert.equal(TASK_ID.test(id), true, id);
});
