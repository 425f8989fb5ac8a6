import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonLine, visibleJson } from "../../../lib/cli/render/json.ts";

const TERMINAL = { isTerminal: true };
const PIPE = { isTerminal: false };
/** ESC, DEL, C1, bidi, zero width, separators, a tag outside of the BMP, a blank, half a character. */
const HIDDEN = [
  "\u001b[2J",
  "\u007f",
  "\u009b31m",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u200d",
  "\ufeff",
  "\u2028",
  "\u2029",
  "\u{e0041}",
  "\u00a0",
  "\ud800",
  "é漢🚀",
];
const TEXT = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...HIDDEN))).map((parts) =>
  parts.join("").toWellFormed()
);

Deno.test("jsonLine() is the same value on a terminal, with nothing in it that a screen would hide", () => {
  fc.assert(fc.property(fc.dictionary(TEXT, TEXT, { noNullPrototype: true }), (value) => {
    const shown = jsonLine(value, TERMINAL, 2);
    assert.deepEqual(JSON.parse(shown), value);
    assert.doesNotMatch(shown, /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}|[^\P{Zs} ]/u);
    assert.equal(jsonLine(value, PIPE), `${JSON.stringify(value)}\n`);
  }));
});

Deno.test("jsonLine() has no half of a character, which readers refuse", () => {
  assert.equal(
    jsonLine({ "\ud83d": "a\ude00b\\ud83d", c: "😀" }, PIPE),
    '{"\\ufffd":"a\\ufffdb\\\\ud83d","c":"😀"}\n',
  );
});

Deno.test("visibleJson() spells what a screen hides as the code units of JSON, and leaves letters alone", () => {
  assert.equal(
    visibleJson(JSON.stringify(HIDDEN)),
    String
      .raw`["\u001b[2J","\u007f","\u009b31m","\u202e","\u2066","\u200b","\u200d","\ufeff","\u2028","\u2029",` +
      String.raw`"\udb40\udc41","\u00a0","\ud800","é漢🚀"]`,
  );
});
