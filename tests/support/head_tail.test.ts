import assert from "node:assert/strict";
import fc from "fast-check";
import { HeadTail } from "../../lib/support/head_tail.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 });

Deno.test("HeadTail below its limit gives back every byte, as UTF-8", () => {
  fc.assert(fc.property(chunks, (all) => {
    const log = new HeadTail(600);
    for (const chunk of all) log.push(chunk);
    const bytes = Uint8Array.from(all.flatMap((chunk) => [...chunk]));
    assert.equal(log.toString(), new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
    assert.deepEqual([log.total, log.truncated], [bytes.length, false]);
  }));
});

Deno.test("HeadTail above its limit keeps the first and last bytes and says how many are missing", () => {
  const letters = fc.array(fc.stringMatching(/^[a-z]{0,40}$/), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(letters, fc.integer({ min: 0, max: 64 }), (texts, limit) => {
    const text = texts.join("");
    fc.pre(text.length > limit);
    const log = new HeadTail(limit);
    for (const each of texts) log.push(new TextEncoder().encode(each));
    const head = text.slice(0, Math.ceil(limit / 2));
    const tail = text.slice(text.length - Math.floor(limit / 2));
    assert.equal(log.toString(), `${head}\n… [${text.length - limit} bytes left out] …\n${tail}`);
    assert.deepEqual([log.total, log.truncated], [text.length, true]);
  }));
});

Deno.test("HeadTail cuts between characters, never inside one", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("ä", "€", "😀", "x") }), fc.nat(40), (text, limit) => {
      const log = new HeadTail(limit);
      log.push(new TextEncoder().encode(text));
      assert.ok(!log.toString().includes("\ufffd"));
    }),
  );
});

Deno.test("HeadTail puts U+FFFD for bytes that are not UTF-8", () => {
  const log = new HeadTail(100);
  log.push(Uint8Array.of(0x61, 0xff, 0x62));
  assert.equal(log.toString(), "a\ufffdb");
});
