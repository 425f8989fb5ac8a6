import assert from "node:assert/strict";
import fc from "fast-check";
import { linePattern } from "../../../lib/tools/file/line_pattern.ts";

const atom = fc.constantFrom(
  ...[
    "a",
    "b",
    "ab",
    ".",
    "\\d",
    "\\w",
    "\\s",
    "[ab]",
    "[^a]",
    "\\.",
    "\\bb",
    "(a|b)",
    "(?:ab)",
    "^",
    "$",
    "x",
    "\\x61",
  ],
);
const pattern = fc.array(fc.tuple(atom, fc.constantFrom("", "", "*", "+?", "?", "{2}", "{1,2}", "|")), {
  minLength: 1,
  maxLength: 5,
}).map((parts) => parts.map(([one, often]) => `(?:${one})${often}`).join("").replace(/\|$/, ""));
const line = fc.string({ unit: fc.constantFrom("a", "b", "x", "1", " ", ".", "é", "😀"), maxLength: 12 });

Deno.test("linePattern() finds what JavaScript's own expressions find", () => {
  fc.assert(
    fc.property(pattern, line, (source, text) => {
      assert.equal(
        linePattern(source).test(text),
        new RegExp(source, "u").test(text),
        `${source} in ${text}`,
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("linePattern() understands what both dialects have of their own", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["(?i)needle", "a NEEDLE"],
    ["(?i:n)eedle", "Needle"],
    ["\\u0061b", "ab"],
    ["\\u{1F600}", "😀"],
    ["(?<name>a)b", "ab"],
    ["[^]b", "\nb"],
    ["a\\/b", "a/b"],
    ["\\p{L}\\p{Lu}", "éÉ"],
    ["[[:digit:]]", "5"],
    ["\\Aab\\z", "ab"],
    ["{", "{"],
    ["]", "]"],
  ];
  for (const [source, text] of cases) assert.equal(linePattern(source).test(text), true, source);
});
