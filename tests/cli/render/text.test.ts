import assert from "node:assert/strict";
import fc from "fast-check";
import { displayWidth, fit, oneLine, plainText } from "../../../lib/cli/render/text.ts";

const PIECES = [
  "a",
  "é",
  "e\u0301",
  "漢",
  "🚀",
  "👩‍💻",
  " ",
  "\n",
  "\t",
  "\r",
  "\u001b[31m",
  "\u001b]0;title\u0007",
];
const NOISE = [
  "\u001b",
  "\u0007",
  "\u009b2J",
  "\u001bc",
  "\u202e",
  "\u0000",
  "\u001bP1$r\u001b\\",
  "\u001b[",
  "]",
  "m",
];
const TEXT = fc.array(fc.constantFrom(...PIECES, ...NOISE)).map((parts) => parts.join(""));

Deno.test("plainText() leaves nothing that could drive a terminal", () => {
  fc.assert(fc.property(TEXT, (text) => {
    assert.doesNotMatch(plainText(text), /[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
  }));
});

Deno.test("plainText() takes colours out and shows every sequence that could hold words", () => {
  assert.equal(plainText("a\u001b[1;31mred\u001b[0m\u001b(B\r\nb\u001b[2K!\tc"), "ared\nb!\tc");
  assert.equal(plainText("\u001b]8;;http://x\u001b\\link\u0007!"), "\\x1b]8;;http://x\\x1b\\link\\x07!");
  assert.equal(plainText("\u001b]0;never ended\nnext line"), "\\x1b]0;never ended\nnext line");
  assert.equal(
    plainText("\u001bPhidden\u001b\\ \u009dhidden\u009c \u202ec"),
    "\\x1bPhidden\\x1b\\ \\x9dhidden\\x9c \\u202ec",
  );
  assert.equal(plainText("plain ünïcode 漢字 👩‍💻"), "plain ünïcode 漢字 👩‍💻");
});

Deno.test("oneLine() is one line", () => {
  fc.assert(fc.property(TEXT, (text) => assert.doesNotMatch(oneLine(text), /[\n\t\r]|^ | $/)));
  assert.equal(oneLine(" a\r\n\n b\tc "), "a b c");
});

Deno.test("displayWidth() counts columns", () => {
  const texts = ["", "abc", "é", "e\u0301", "漢字", "🚀", "👩‍💻", "naïve…"];
  assert.deepEqual(texts.map(displayWidth), [0, 3, 1, 1, 4, 2, 2, 6]);
});

Deno.test("fit() never exceeds its columns, and keeps what fits", () => {
  fc.assert(fc.property(TEXT.map(oneLine), fc.nat({ max: 20 }), (text, columns) => {
    const cut = fit(text, columns);
    assert.ok(displayWidth(cut) <= columns);
    if (displayWidth(text) <= columns) assert.equal(cut, text);
    else if (columns > 0) assert.ok(cut.endsWith("…") && text.startsWith(cut.slice(0, -1)));
  }));
});
