import assert from "node:assert/strict";
import fc from "fast-check";
import {
  quote,
  splitAtSemicolons,
  splitAtThen,
  splitFirstWord,
  unquote,
} from "../../../lib/provider/offline/quotes.ts";

/** Texts full of what the grammar cares for. */
const tricky = fc.array(fc.constantFrom('"', "\\", ";", " ", " then ", "then", "a", "b", "\n", "é"), {
  maxLength: 20,
})
  .map((parts) => parts.join(""));
/** Texts that split nowhere and open no quotation. */
const plain = fc.stringMatching(/^[a-s]{1,8}( [a-s]{1,8}){0,3}$/);

Deno.test("unquote() gives back whatever quote() took", () => {
  fc.assert(fc.property(tricky, (text) => assert.equal(unquote(quote(text)), text)));
});

Deno.test("splitAtThen() and splitAtSemicolons() split outside of quotes and nowhere else", () => {
  const piece = fc.oneof(plain, tricky.map(quote));
  fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
    assert.deepEqual(splitAtThen(pieces.join(" then ")).map(({ text }) => text), pieces);
    assert.deepEqual(splitAtSemicolons(pieces.join("; ")).map(({ text }) => text), pieces);
  }));
});

Deno.test("splitAtThen() says where each piece stands and loses nothing but separators", () => {
  fc.assert(fc.property(tricky, (text) => {
    const pieces = splitAtThen(text);
    for (const piece of pieces) {
      assert.equal(text.slice(piece.start, piece.start + piece.text.length), piece.text);
    }
    const letters = (some: string) => some.replaceAll(/\s|then/g, "");
    assert.equal(letters(pieces.map((piece) => piece.text).join("")), letters(text));
  }));
});

Deno.test("a quote that is never closed, or escaped, is a character like any other", () => {
  const texts = (text: string) => splitAtThen(text).map((piece) => piece.text);
  assert.deepEqual(texts('say: the 5" disk then say: b'), ['say: the 5" disk', "say: b"]);
  assert.deepEqual(texts('say: 5\\" then say: 3\\"'), ['say: 5\\"', 'say: 3\\"']);
  assert.deepEqual(texts("a then b\nthen\nc"), ["a", "b", "c"]);
  assert.deepEqual(texts("athen b thenc"), ["athen b thenc"]);
});

Deno.test("splitting is linear in long white space and long quotations", () => {
  const text = `say: "${"\\\\x".repeat(200_000)}"${" ".repeat(400_000)}x`;
  assert.equal(splitAtThen(text).length, 1); // else it would take hours
});

Deno.test("splitFirstWord() takes a quoted word whole", () => {
  assert.deepEqual(splitFirstWord('"my file.txt" some "words"'), {
    word: "my file.txt",
    rest: 'some "words"',
  });
  assert.deepEqual(splitFirstWord('"half"quoted rest'), { word: '"half"quoted', rest: "rest" });
  assert.equal(splitFirstWord(""), null);
});
