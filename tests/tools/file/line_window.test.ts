import assert from "node:assert/strict";
import fc from "fast-check";
import { LineWindow } from "../../../lib/tools/file/line_window.ts";

const WIDE = { maxBytes: 1e6, maxLineBytes: 1e6 };

Deno.test("LineWindow gives the same lines however the file was cut into chunks", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "€", "\n", "\r\n"), maxLength: 60 });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 9 }),
      (text, size, offset) => {
        const bytes = new TextEncoder().encode(text);
        const window = new LineWindow({ offset, limit: 4, ...WIDE });
        for (let at = 0; at < bytes.length; at += size) window.push(bytes.subarray(at, at + size));
        const lines = text.split(/\r?\n/);
        if (lines.at(-1) === "") lines.pop();
        const expected = { lines: lines.slice(offset - 1, offset + 3), totalLines: lines.length };
        assert.deepEqual(window.finish(), expected);
      },
    ),
  );
});

Deno.test("LineWindow keeps the first line even when it passes the limit, and then no other", () => {
  const window = new LineWindow({ offset: 1, limit: 9, maxBytes: 4, maxLineBytes: 100 });
  window.push(new TextEncoder().encode("123456\n7\n"));
  assert.deepEqual(window.finish(), { lines: ["123456"], totalLines: 2 });
});

Deno.test("LineWindow leaves no gap after a line that did not fit", () => {
  const window = new LineWindow({ offset: 1, limit: 9, maxBytes: 4, maxLineBytes: 100 });
  window.push(new TextEncoder().encode("12\n345\n6\n"));
  assert.deepEqual(window.finish(), { lines: ["12"], totalLines: 3 });
});
