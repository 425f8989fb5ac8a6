import assert from "node:assert/strict";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Encoding, encodingOf, EncodingWatch } from "../../../lib/support/encoding_watch.ts";
import { UTF_16BE, UTF_16LE, UTF_8, WINDOWS_1252 } from "../../../lib/support/text_codec.ts";
import { workplace } from "../fixture.ts";

const utf8 = (text: string) => Buffer.from(text);
const utf16le = (text: string) => Buffer.from(text, "utf16le");
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
const latin1 = (text: string) => Buffer.from(text, "latin1");

/** What a file holds, how read_file ends, and the bytes after "zwei" became "zwölf". */
const FILES: readonly (readonly [name: string, bytes: Buffer, note: string, patched: Buffer])[] = [
  [
    "Latin-1",
    latin1("für\nzwei\n"),
    "[encoding: Windows-1252, or another of one byte a character; patch and write_file keep it]",
    latin1("für\nzwölf\n"),
  ],
  [
    "Windows-1252",
    Buffer.concat([Buffer.from([0x80, 0x20, 0x93]), latin1("für\r\nzwei")]),
    "[encoding: Windows-1252, or another of one byte a character; patch and write_file keep it]",
    Buffer.concat([Buffer.from([0x80, 0x20, 0x93]), latin1("für\r\nzwölf")]),
  ],
  [
    "UTF-16LE",
    utf16le("\ufefffür\r\nzwei\r\n"),
    "[encoding: UTF-16LE with a byte-order mark; patch and write_file keep it]",
    utf16le("\ufefffür\r\nzwölf\r\n"),
  ],
  [
    "UTF-16BE",
    utf16be("\ufefffür\nzwei\n"),
    "[encoding: UTF-16BE with a byte-order mark; patch and write_file keep it]",
    utf16be("\ufefffür\nzwölf\n"),
  ],
  [
    "UTF-16LE without a mark",
    utf16le("fur\nzwei\n"),
    "[encoding: UTF-16LE; patch and write_file keep it]",
    utf16le("fur\nzwölf\n"),
  ],
  [
    "UTF-8 with a byte that is none",
    Buffer.concat([utf8("für €\n"), Buffer.from([0xe4, 0x0a]), utf8("zwei")]),
    "[encoding: UTF-8, but 1 byte is not, shown as U+FFFD; change only what has none, with patch]",
    Buffer.concat([utf8("für €\n"), Buffer.from([0xe4, 0x0a]), utf8("zwölf")]),
  ],
];

Deno.test("read_file names the encoding, and patch keeps it and every byte that it does not change", async () => {
  using place = workplace();
  for (const [name, bytes, note, patched] of FILES) {
    const path = place.file(name, bytes);
    const read = String(await place.call("read_file", { path }));
    assert.equal(read.split("\n").at(-1), note, name);
    assert.match(read, /^1\t.*f[üu]r.*\n2\t.*\n/, name);
    await place.call("patch", { path, old_string: "zwei", new_string: "zwölf" });
    assert.deepEqual(readFileSync(path), patched, name);
  }
});

Deno.test("read_file says nothing of the encoding of plain UTF-8, nor shows its byte-order mark", async () => {
  using place = workplace();
  place.file("a", "\ufefffür\r\n�\r\n");
  assert.equal(await place.call("read_file", { path: "a" }), "1\tfür\n2\t�");
});

Deno.test("write_file keeps the encoding, the byte-order mark and the line ends of the file it replaces", async () => {
  using place = workplace();
  const cases: [old: Buffer, expected: Buffer, told: object][] = [
    [latin1("für\n"), latin1("zwölf\nneu\n"), { encoding: "Windows-1252" }],
    [latin1("für\r\n"), latin1("zwölf\r\nneu\r\n"), { encoding: "Windows-1252", line_ends: "CRLF" }],
    [utf16le("\ufeffa"), utf16le("\ufeffzwölf\nneu\n"), { encoding: "UTF-16LE with a byte-order mark" }],
    [
      utf16be("\ufeffa\r\n"),
      utf16be("\ufeffzwölf\r\nneu\r\n"),
      { encoding: "UTF-16BE with a byte-order mark", line_ends: "CRLF" },
    ],
    [utf8("\ufeffa\n"), utf8("\ufeffzwölf\nneu\n"), { encoding: "UTF-8 with a byte-order mark" }],
    [utf8("a\r\nb\r\n"), utf8("zwölf\r\nneu\r\n"), { line_ends: "CRLF" }],
    [utf8("a\r\nb\n"), utf8("zwölf\nneu\n"), {}],
    [utf8(""), utf8("zwölf\nneu\n"), {}],
  ];
  for (const [old, expected, told] of cases) {
    const path = place.file("a", old);
    await place.call("read_file", { path });
    const written = await place.call("write_file", { path, content: "zwölf\nneu\n" });
    assert.deepEqual(readFileSync(path), expected);
    assert.deepEqual(written, { path, bytes: expected.length, created: false, ...told });
  }
});

Deno.test("write_file and patch refuse U+FFFD that stands for bytes, and what an encoding has not", async () => {
  using place = workplace();
  for (const [name, bytes] of FILES) {
    const path = place.file(name, bytes);
    await place.call("read_file", { path });
    for (
      const [tool, args] of [
        ["write_file", { path, content: "f�r\nzwei\n" }],
        ["patch", { path, old_string: "zwei", new_string: "zw�lf" }],
      ] as const
    ) {
      assert.equal((await place.failure(tool, args)).code, "encoding", `${tool} ${name}`);
    }
    assert.deepEqual(readFileSync(path), bytes);
  }
  const path = place.file("euro", latin1("für\n"));
  await place.call("read_file", { path });
  assert.deepEqual(await place.failure("write_file", { path, content: "→" }), {
    code: "encoding",
    message: `Cannot write "${path}": it is Windows-1252, which has no "→" (U+2192)`,
    hint: "Write it with other characters, or turn the whole file into UTF-8 first (iconv -f Windows-1252)",
  });
  await place.call("patch", { path, old_string: "für", new_string: "für 5 €" });
  assert.deepEqual(readFileSync(path), Buffer.concat([latin1("für 5 "), Buffer.from([0x80, 0x0a])]));
});

Deno.test("write_file and patch take U+FFFD where the file had it, and where all is UTF-8", async () => {
  using place = workplace();
  place.file("plain", "a");
  await place.call("patch", { path: "plain", old_string: "a", new_string: "�" });
  const path = place.file("damaged", Buffer.concat([utf8("� für €\n"), Buffer.from([0xe4, 0x0a])]));
  await place.call("patch", { path, old_string: "� für", new_string: "für �" });
  assert.deepEqual(readFileSync(path), Buffer.concat([utf8("für � €\n"), Buffer.from([0xe4, 0x0a])]));
  assert.match(
    (await place.failure("patch", { path, old_string: "€\n�", new_string: "" })).hint!,
    /not UTF-8/,
  );
  await place.call("read_file", { path });
  await place.call("write_file", { path, content: "�" });
  assert.equal(place.text("damaged"), "�");
});

Deno.test("search_files finds text in every encoding", async () => {
  using place = workplace();
  for (const [name, bytes] of FILES.slice(0, 4)) place.file(name, bytes);
  assert.equal(
    await place.call("search_files", { pattern: "^f\\wr|für" }),
    "Latin-1:1: für\nUTF-16BE:1: für\nUTF-16LE:1: für\nWindows-1252:1: € “für",
  );
});

Deno.test("encodingOf() tells the encodings apart, and binary from text", () => {
  const cases: [Buffer, [Encoding["codec"], number, boolean] | null][] = [
    [utf8("plain"), [UTF_8, 0, false]],
    [utf8("日本語"), [UTF_8, 0, false]],
    [utf8("\ufeff"), [UTF_8, 0, true]],
    [latin1("é"), [WINDOWS_1252, 0, false]],
    [Buffer.concat([utf8("日本"), Buffer.from([0xff])]), [UTF_8, 1, false]],
    [utf8("日本").subarray(0, 5), [UTF_8, 2, false]],
    [utf8("日").subarray(0, 2), [WINDOWS_1252, 0, false]],
    [utf16be("abc"), null],
    [utf8("日本語").subarray(0, 8), [UTF_8, 2, false]],
    [utf16le("\ufeff日本"), [UTF_16LE, 0, true]],
    [utf16be("abcd"), [UTF_16BE, 0, false]],
    [Buffer.from([1, 0, 2, 0]), null],
    [Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42]), null],
    [Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), null],
    [Buffer.from("\x7fELF\0\0\0"), null],
  ];
  for (const [bytes, expected] of cases) {
    const encoding = encodingOf(bytes);
    const found = encoding && [encoding.codec, encoding.faults, encoding.hasMark];
    assert.deepEqual(found, expected, bytes.toString("hex"));
  }
});

Deno.test("encodingOf() gives a codec that makes the same bytes again, however they come", () => {
  const bytes = fc.array(
    fc.oneof(
      fc.constantFrom(utf8("a\r\n"), utf8("é"), utf8("😀"), utf8("\ufeff"), utf16le("a"), utf16be("\n")),
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
    ),
    { maxLength: 12 },
  ).map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 9 }), (bytes, size) => {
      const encoding = encodingOf(bytes);
      if (encoding === null) return;
      const text = encoding.codec.decode(bytes);
      assert.deepEqual(Buffer.from(encoding.codec.encode(text)), bytes);
      assert.equal(encoding.codec.lacks(text), null);
      if (bytes.includes(0)) return;
      const watch = new EncodingWatch();
      for (let at = 0; at < bytes.length; at += size) watch.push(bytes.subarray(at, at + size));
      const found = watch.finish();
      if (size > 2) assert.deepEqual(found, encoding);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("write_file replaces what is no text as it is told, and reports no encoding", async () => {
  using place = workplace();
  await place.call("write_file", { path: "a", content: "a\0b\r\n" });
  const path = join(place.dir, "a");
  assert.deepEqual(await place.call("write_file", { path, content: "new\n" }), {
    path,
    bytes: 4,
    created: false,
  });
});
