import assert from "node:assert/strict";
import fc from "fast-check";
import { visibleText } from "../../lib/support/visible_text.ts";

const SHOWN: Readonly<Record<string, string>> = {
  "rm x\u001b]0;y; rm z\u0007": "rm x\\x1b]0;y; rm z\\x07",
  "a\u001bPq; rm\u001b\\b": "a\\x1bPq; rm\\x1b\\b",
  "a\u001b]0;never ended\nrm b": "a\\x1b]0;never ended\nrm b",
  "a\u001b[8mhidden\u001b[0m": "a\\x1b[8mhidden\\x1b[0m",
  "a\u009b2J\u009dx\u009c": "a\\x9b2J\\x9dx\\x9c",
  "ls\r rm\b\u0000\u007f": "ls\\x0d rm\\x08\\x00\\x7f",
  "a\u202eb\u2066c\u061c": "a\\u202eb\\u2066c\\u061c",
  "a\u200bb\u2060\ufeff\u00ad": "a\\u200bb\\u2060\\ufeff\\xad",
  "a\u00a0b\u3000c\u2028d\u2800": "a\\xa0b\\u3000c\\u2028d\\u2800",
  "\u{e0041}\ufe0f\u3164": "\\u{e0041}\\ufe0f\\u3164",
  "plain\n\tünïcode 漢字 'x' \\x1b": "plain\n\tünïcode 漢字 'x' \\x1b",
};

for (const [text, shown] of Object.entries(SHOWN)) {
  Deno.test(`visibleText() of ${JSON.stringify(text)} hides nothing`, () => {
    assert.equal(visibleText(text), shown);
  });
}

Deno.test("visibleText() leaves nothing that a terminal acts on, takes nothing out, and is at rest then", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const shown = visibleText(text);
    assert.doesNotMatch(shown, /[^\P{Cc}\n\t]|\p{Bidi_Control}|\p{Cf}/u);
    for (const seen of text.match(/[ -~\n\t]+/g) ?? []) assert.ok(shown.includes(seen));
    assert.equal(visibleText(shown), shown);
  }));
});
