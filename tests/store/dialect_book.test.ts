import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import type { Lessons } from "../../lib/protocol/dialect.ts";
import { fileDialectBook } from "../../lib/store/dialect_book.ts";
import { TempDir } from "../support/temp_dir.ts";

const URL = "https://models.test/v1";
const DAY_MS = 86_400_000;

function lessons(more: Partial<Lessons> = {}): Lessons {
  return { api: "chat", limitField: "max_tokens", refused: [], quirks: [], maxOutput: null, ...more };
}

Deno.test("a dialect book knows in the next run what was learned in this one, of that server's model only", () => {
  using dir = new TempDir();
  const learned = lessons({
    api: "responses",
    refused: ["stream_options"],
    quirks: ["nine_char_ids"],
    maxOutput: 9,
  });
  fileDialectBook(dir.path, () => 0).learn(URL, "m1", learned);
  const later = fileDialectBook(dir.path, () => DAY_MS);
  assert.deepEqual(later.of(URL, "m1"), learned);
  assert.deepEqual([later.of(URL, "m2"), later.of("https://other.test/v1", "m1"), later.of(null, "m1")], [
    null,
    null,
    null,
  ]);
});

Deno.test("a dialect book keeps what another process has learned in the meantime", () => {
  using dir = new TempDir();
  const [one, two] = [fileDialectBook(dir.path, () => 0), fileDialectBook(dir.path, () => 0)];
  assert.deepEqual([one.of(URL, "m1"), two.of(URL, "m1")], [null, null]);
  one.learn(URL, "m1", lessons({ maxOutput: 1 }));
  two.learn(URL, "m2", lessons({ maxOutput: 2 }));
  const later = fileDialectBook(dir.path, () => 0);
  assert.deepEqual([later.of(URL, "m1")?.maxOutput, later.of(URL, "m2")?.maxOutput], [1, 2]);
});

Deno.test("a dialect book forgets after fourteen days, and what lies in the future", () => {
  using dir = new TempDir();
  fileDialectBook(dir.path, () => 20 * DAY_MS).learn(URL, "m1", lessons());
  const isKnown = (now: number) => fileDialectBook(dir.path, () => now).of(URL, "m1") !== null;
  assert.deepEqual([33, 34, 7, 6].map((day) => isKnown(day * DAY_MS)), [true, false, true, false]);
});

Deno.test("a dialect book takes a damaged file for an empty one and mends it", () => {
  for (
    const damaged of [
      "",
      "{",
      "[]",
      `{"version":2,"models":{}}`,
      `{"version":1,"models":{"a b":{"api":"x"}}}`,
    ]
  ) {
    using dir = new TempDir();
    fileDialectBook(dir.path, () => 0).learn(URL, "m1", lessons());
    const path = dir.at("run/dialects.json");
    writeFileSync(path, damaged);
    const book = fileDialectBook(dir.path, () => 0);
    assert.equal(book.of(URL, "m1"), null, damaged);
    book.learn(URL, "m1", lessons());
    assert.equal(JSON.parse(readFileSync(path, "utf8")).version, 1);
  }
});

Deno.test("a dialect book on a home that cannot be written to is of use in this run", () => {
  using dir = new TempDir();
  writeFileSync(dir.at("run"), "a file, no directory");
  const book = fileDialectBook(dir.path, () => 0);
  book.learn(URL, "m1", lessons({ maxOutput: 5 }));
  assert.equal(book.of(URL, "m1")?.maxOutput, 5);
});
