import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { LineReader } from "../../../lib/session/control/line_reader.ts";

/** What a piece completes. */
function linesOf(reader: LineReader, bytes: Buffer): string[] {
  reader.push(bytes);
  const lines: string[] = [];
  for (let line = reader.next(); line !== null; line = reader.next()) lines.push(line);
  return lines;
}

Deno.test("LineReader puts lines together, however they are cut", () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " "));
  fc.assert(fc.property(fc.array(line), fc.array(fc.nat(20)), (lines, cuts) => {
    const bytes = Buffer.from(lines.map((each) => `${each}\n`).join("") + "half a li");
    const reader = new LineReader(10_000);
    const read: string[] = [];
    let start = 0;
    for (const length of cuts) read.push(...linesOf(reader, bytes.subarray(start, start += length)));
    read.push(...linesOf(reader, bytes.subarray(start)));
    assert.deepEqual(read, lines);
    assert.deepEqual(linesOf(reader, Buffer.from("ne\n")), ["half a line"]);
  }));
});

Deno.test("LineReader refuses a line that is too long, also when it never ends", () => {
  const reader = new LineReader(10);
  assert.deepEqual(linesOf(reader, Buffer.from("0123456789\n01234")), ["0123456789"]);
  assert.throws(() => linesOf(reader, Buffer.from("567890")), RangeError);
  const other = new LineReader(4);
  other.push(Buffer.from("0123\n012345678\n"));
  assert.equal(other.next(), "0123");
  other.maxBytes = 9;
  assert.equal(other.next(), "012345678", "the limit is that of the moment");
});

Deno.test("LineReader holds no more than what it has not given out, and twice that", () => {
  const reader = new LineReader(1_000_000);
  const held: number[] = [];
  for (let line = 0; line < 50; line++) {
    for (let piece = 0; piece < 1000; piece++) reader.push(Buffer.from("x".repeat(100)));
    held.push(reader.heldBytes);
    linesOf(reader, Buffer.from("\n"));
    held.push(reader.heldBytes);
  }
  assert.ok(Math.max(...held) <= 200_002, String(Math.max(...held)));
  assert.equal(reader.heldBytes, 0);
});
