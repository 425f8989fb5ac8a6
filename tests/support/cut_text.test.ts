import assert from "node:assert/strict";
import fc from "fast-check";
import { cutMiddle } from "../../lib/support/cut_middle.ts";
import { LineRing } from "../../lib/support/line_ring.ts";
import { headOf, shortened, tailOf } from "../../lib/support/cut_text.ts";

Deno.test("headOf() and tailOf() never leave half a character", () => {
  assert.deepEqual([0, 1, 2, 3, 4].map((chars) => headOf("a😀b", chars)), ["", "a", "a", "a😀", "a😀b"]);
  assert.deepEqual([0, 1, 2, 3, 4].map((chars) => tailOf("a😀b", chars)), ["", "b", "b", "😀b", "a😀b"]);
  assert.deepEqual([headOf("abc", -1), tailOf("abc", -1)], ["", ""]);
});

Deno.test("shortened() ends in an ellipsis within its length", () => {
  assert.deepEqual([2, 3, 4, 5].map((chars) => shortened("a😀bc", chars)), ["a…", "a…", "a😀…", "a😀bc"]);
});

Deno.test("every cut of a well-formed text is well-formed, and no longer than it may be", () => {
  const texts = fc.array(fc.constantFrom("a", "😀", "é", "👩‍👩‍👧", "\n", "𝒳")).map((parts) => parts.join(""));
  fc.assert(fc.property(texts, fc.integer({ min: 1, max: 30 }), (text, chars) => {
    const note = (left: number) => `[${left}]`;
    const ring = new LineRing(5, chars);
    for (const unit of text.split("")) ring.push(unit);
    const cuts = [
      headOf(text, chars),
      tailOf(text, chars),
      shortened(text, chars),
      cutMiddle(text, chars, note),
    ];
    for (const cut of [...cuts, ...ring.lastLines(5)]) assert.equal(cut, cut.toWellFormed());
    for (const cut of cuts.slice(0, 3)) assert.ok(cut.length <= chars);
    const [, left] = /\[(\d+)\]/.exec(cuts[3] ?? "") ?? [];
    if (left !== undefined) {
      assert.equal((cuts[3] ?? "").length - note(Number(left)).length + Number(left), text.length);
    }
  }));
});
