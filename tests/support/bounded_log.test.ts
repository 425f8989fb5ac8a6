import assert from "node:assert/strict";
import fc from "fast-check";
import { HeadTail, LineRing } from "../../lib/support/bounded_log.ts";

const pieces = fc.array(fc.stringMatching(/^[ab\n]{0,12}$/), { maxLength: 40 });

Deno.test("LineRing holds the same lines however the text was cut into pieces", () => {
  fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 6 }), (texts, keep) => {
    const ring = new LineRing(keep, 5);
    for (const text of texts) ring.push(text);
    const lines = texts.join("").split("\n");
    if (lines.at(-1) === "") lines.pop();
    assert.deepEqual(ring.lastLines(keep), lines.slice(-keep).map((line) => line.slice(0, 5)));
    assert.equal(ring.lineCount, lines.length);
  }));
});

Deno.test("LineRing.lastLines() gives the newest, and an unfinished one too", () => {
  const ring = new LineRing();
  for (let i = 0; i < 1000; i++) ring.push(`line ${i}\r\n`);
  ring.push("unfini");
  ring.push("shed");
  assert.deepEqual(ring.lastLines(2), ["line 999", "unfinished"]);
  assert.equal(ring.lastLines(5000).length, 200);
  assert.deepEqual(ring.lastLines(0), []);
});

Deno.test("LineRing never hands out half a surrogate pair", () => {
  const ring = new LineRing(10, 3);
  ring.push("ab\ud83d");
  ring.push("\ude00cd");
  assert.deepEqual(ring.lastLines(1), ["ab"]);
});

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
