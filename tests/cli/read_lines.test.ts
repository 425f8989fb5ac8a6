import assert from "node:assert/strict";
import fc from "fast-check";
import { readLines, readText } from "../../lib/cli/read_lines.ts";

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const TEXT = fc.array(fc.constantFrom("a", "ä", "😀", "\n", "\r\n", " ")).map((parts) => parts.join(""));

Deno.test("readLines() finds the same lines however the bytes are cut", async () => {
  await fc.assert(fc.asyncProperty(TEXT, fc.integer({ min: 1, max: 9 }), async (text, size) => {
    const bytes = new TextEncoder().encode(text);
    const expected = text.split(/\r?\n/);
    if (expected.at(-1) === "") expected.pop();
    assert.deepEqual(await Array.fromAsync(readLines(pieces(bytes, size))), expected);
    assert.equal(await readText(pieces(bytes, size)), text);
  }));
});

Deno.test("readLines() yields a line before the next one has come", async () => {
  const more = Promise.withResolvers<void>();
  const lines = readLines((async function* () {
    yield new TextEncoder().encode("first\nsec");
    await more.promise;
    yield new TextEncoder().encode("ond");
  })());
  assert.equal((await lines.next()).value, "first");
  more.resolve();
  assert.equal((await lines.next()).value, "second");
  assert.equal((await lines.next()).done, true);
});
