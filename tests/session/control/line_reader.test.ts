import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { LineReader } from "../../../lib/session/control/line_reader.ts";

Deno.test("LineReader puts lines together, however they are cut", () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " "));
  fc.assert(fc.property(fc.array(line), fc.array(fc.nat(20)), (lines, cuts) => {
    const bytes = Buffer.from(lines.map((each) => `${each}\n`).join("") + "half a li");
    const reader = new LineReader(10_000);
    const read: string[] = [];
    let start = 0;
    for (const length of cuts) read.push(...reader.push(bytes.subarray(start, start += length)));
    read.push(...reader.push(bytes.subarray(start)));
    assert.deepEqual(read, lines);
    assert.deepEqual(reader.push(Buffer.from("ne\n")), ["half a line"]);
  }));
});

Deno.test("LineReader refuses a line that is too long, also when it never ends", () => {
  const reader = new LineReader(10);
  assert.deepEqual(reader.push(Buffer.from("0123456789\n01234")), ["0123456789"]);
  assert.throws(() => reader.push(Buffer.from("567890")), RangeError);
});
