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

const ENCODED: readonly (readonly [bytes: readonly number[], text: string, named: readonly string[]])[] = [
  [[0x63, 0xc3, 0xa9], "cé", []],
  [[0xef, 0xbb, 0xbf, 0x63, 0xc3, 0xa9], "cé", []],
  [[0x63, 0x61, 0x66, 0xe9], "café", ["Windows-1252"]],
  [[0x80, 0x20, 0x35], "€ 5", ["Windows-1252"]],
  [[0xff, 0xfe, 0x68, 0, 0xe9, 0], "hé", ["UTF-16LE with a byte-order mark"]],
  [[0xfe, 0xff, 0, 0x68, 0, 0xe9], "hé", ["UTF-16BE with a byte-order mark"]],
  [[0xc3, 0xa9, 0xc3, 0xa9, 0xff], "éé\ufffd", ["UTF-8 with 1 faulty byte"]],
  [[0x89, 0x50, 0, 0], "\ufffdP\0\0", []],
];

Deno.test("readText() takes the encoding that the bytes have, and names what is not sound UTF-8", async () => {
  for (const [bytes, text, named] of ENCODED) {
    for (const size of [1, 3, 8]) {
      const names: string[] = [];
      const found = await readText(pieces(Uint8Array.from(bytes), size), {
        onEncoding: (name) => names.push(name),
      });
      assert.deepEqual([found, names], [text, named]);
    }
  }
});
