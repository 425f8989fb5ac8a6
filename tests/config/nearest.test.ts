import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, nearest } from "../../lib/config/nearest.ts";

Deno.test("editDistance() is a metric", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, word, (a, b, c) => {
    assert.equal(editDistance(a, a), 0);
    assert.equal(editDistance(a, b), editDistance(b, a));
    assert(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
    assert(editDistance(a, b) <= Math.max(a.length, b.length));
  }));
});

Deno.test("editDistance() counts insertions, deletions and replacements", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
});

Deno.test("nearest() finds the word that was meant, and none where none is close", () => {
  assert.equal(nearest("max_quued", ["max_queued", "max_spawn_depth"]), "max_queued");
  assert.equal(nearest("mdel", ["model", "models"]), "model");
  assert.equal(nearest("whatever", ["model", "web"]), null);
});
