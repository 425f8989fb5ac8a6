import assert from "node:assert/strict";
import fc from "fast-check";
import { LineRing } from "../../lib/support/line_ring.ts";

const pieces = fc.array(fc.stringMatching(/^[ab\n]{0,12}$/), { maxLength: 40 });

Deno.test("LineRing holds the same lines however the text was cut into pieces", () => {
  fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 6 }), (texts, keep) => {
    const ring = new LineRing(keep, 5);
    for (const text of texts) ring.push(text);
    const lines = texts.join("").split("\n");
    if (lines.at(-1) === "") lines.pop();
    assert.deepEqual(ring.lastLines(keep), lines.slice(-keep).map((line) => line.slice(0, 5)));
    assert.equal(ring.lineCount, lines.length);
  }));
});

Deno.test("LineRing.lastLines() gives the newest, and an unfinished one too", () => {
  const ring = new LineRing();
  for (let i = 0; i < 1000; i++) ring.push(`line ${i}\r\n`);
  ring.push("unfini");
  ring.push("shed");
  assert.deepEqual(ring.lastLines(2), ["line 999", "unfinished"]);
  assert.equal(ring.lastLines(5000).length, 200);
  assert.deepEqual(ring.lastLines(0), []);
});

Deno.test("LineRing never hands out half a surrogate pair", () => {
  const ring = new LineRing(10, 3);
  ring.push("ab\ud83d");
  ring.push("\ude00cd");
  assert.deepEqual(ring.lastLines(1), ["ab"]);
});
