import assert from "node:assert/strict";
import fc from "fast-check";
import { isCommonId, isShortId, newShortId, shortIdFor, unusedId } from "../../lib/provider/call_ids.ts";

Deno.test("isShortId() holds for every new id and for what stands for any other, and then isCommonId() does", () => {
  fc.assert(fc.property(fc.string(), (id) => {
    for (const short of [newShortId(), shortIdFor(id)]) {
      assert.ok(isShortId(short) && isCommonId(short), short);
    }
  }));
});

Deno.test("shortIdFor() stands for the same id each time, and for no two", () => {
  const ids = Array.from({ length: 10_000 }, (_, n) => `call_${n}`);
  assert.equal(new Set(ids.map(shortIdFor)).size, ids.length);
  assert.deepEqual(ids.map(shortIdFor), ids.map(shortIdFor));
});

Deno.test("unusedId() keeps an id until it is used, and asks for others until one is not", () => {
  const used = new Set(["a"]);
  const more = ["a", "b", "n1", "n2"];
  const next = (id: string) => unusedId(id, used, () => more.shift() ?? "");
  assert.deepEqual([next("b"), next("b"), next(""), next("c")], ["b", "n1", "n2", "c"]);
  assert.deepEqual([...used], ["a", "b", "n1", "n2", "c"]);
});
