import assert from "node:assert/strict";
import fc from "fast-check";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { nearestLines, occurrences } from "../../../lib/tools/file/find_text.ts";
import { workplace } from "../fixture.ts";

const CODE = ["function a() {", "  return 1;", "}", "", "function b() {", "  return 2;", "}", ""].join("\n");

Deno.test("patch replaces a text that stands there once and shows what changed", async () => {
  using place = workplace();
  const path = place.file("a.ts", CODE);
  const result = await place.call("patch", { path: "a.ts", old_string: "return 2", new_string: "return 3" });
  assert.equal(place.text("a.ts"), CODE.replace("return 2", "return 3"));
  assert.equal(
    result,
    `Replaced 1 place in ${path}\n@@ -4,4 +4,4 @@\n \n function b() {\n-  return 2;\n+  return 3;\n }\n`,
  );
  assert.deepEqual(place.evidence.map((each) => each.slice(0, 3)), [["fileWritten", path, CODE.length]]);
});

Deno.test("patch takes a replacement as it is, dollar signs and all", async () => {
  using place = workplace();
  place.file("a", "x");
  await place.call("patch", { path: "a", old_string: "x", new_string: "$& $1 $$" });
  assert.equal(place.text("a"), "$& $1 $$");
});

Deno.test("patch refuses a text that is there more than once, unless all are meant", async () => {
  using place = workplace();
  place.file("a.ts", CODE);
  const edit = { path: "a.ts", old_string: "return", new_string: "yield" };
  await assert.rejects(place.call("patch", edit), {
    code: "not_unique",
    message: `Cannot patch "a.ts": old_string is in it 2 times, on lines 2, 6`,
    hint: "Take more of the lines around it into old_string, or set replace_all",
  });
  assert.equal(place.text("a.ts"), CODE);
  assert.match(String(await place.call("patch", { ...edit, replace_all: true })), /^Replaced 2 places/);
  assert.equal(place.text("a.ts"), CODE.replaceAll("return", "yield"));
});

Deno.test("patch changes a file exactly when the text stands there once, and then only there", async () => {
  using place = workplace();
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
  const part = fc.string({ unit: fc.constantFrom("a", "b", "\n"), minLength: 1, maxLength: 3 });
  await fc.assert(fc.asyncProperty(letters, part, async (text, part) => {
    place.context.filesSeen.clear();
    place.file("a", text);
    const starts = [...text].flatMap((_, at) => text.startsWith(part, at) ? [at] : []);
    assert.deepEqual(occurrences(text, part, 100), starts);
    const edit = place.call("patch", { path: "a", old_string: part, new_string: "X" });
    const [at] = starts;
    if (starts.length === 1 && at !== undefined) {
      await edit;
      assert.equal(place.text("a"), text.slice(0, at) + "X" + text.slice(at + part.length));
    } else {
      await assert.rejects(edit, { code: starts.length === 0 ? "text_not_found" : "not_unique" });
      assert.equal(place.text("a"), text);
    }
  }));
});

Deno.test("patch says where the text might have been meant when it is not there", async () => {
  using place = workplace();
  place.file("a.ts", CODE);
  const hintFor = async (old_string: string) => {
    const error = await place.failure("patch", { path: "a.ts", old_string, new_string: "x" });
    assert.equal(error.code, "text_not_found");
    assert.equal(error.message, `Cannot patch "a.ts": old_string is not in it`);
    return error.hint;
  };
  assert.equal(
    await hintFor("function b() {\n\treturn 2;\n}"),
    "It must match to the letter; only spaces differ at line 5:\nfunction b() {\n  return 2;\n}",
  );
  assert.equal(
    await hintFor("function bb() {"),
    "It must match to the letter; most alike is line 5:\nfunction b() {",
  );
  assert.equal(
    await hintFor("1\tfunction a() {"),
    "Leave out the line numbers that read_file puts before each line",
  );
  assert.equal(await hintFor("ZZZZ"), "No line of the file is like its first line. Read the file");
});

Deno.test("patch keeps the line ends of a file that has carriage returns", async () => {
  using place = workplace();
  place.file("a", "\ufeffone\r\ntwo\r\nthree\r\n");
  await place.call("patch", { path: "a", old_string: "one\ntwo", new_string: "1\n2\n2½" });
  assert.equal(place.text("a"), "\ufeff1\r\n2\r\n2½\r\nthree\r\n");
});

Deno.test("patch asks once, however often it tries", async () => {
  let asked = 0;
  using place = workplace({ approve: () => Promise.resolve(void asked++) });
  place.file("a", "one");
  await place.call("read_file", { path: "a" });
  place.file("a", "one two");
  const edit = { path: "a", old_string: "one", new_string: "1" };
  await assert.rejects(place.call("patch", edit), { code: "changed_since_read" });
  assert.equal(asked, 1);
});

Deno.test("patch refuses a file that changed since it was read, and one that is not text", async () => {
  using place = workplace();
  place.file("a", "one");
  await place.call("read_file", { path: "a" });
  place.file("a", "one two");
  const edit = { path: "a", old_string: "one", new_string: "1" };
  await assert.rejects(place.call("patch", edit), { code: "changed_since_read" });
  place.file("b", Uint8Array.of(0x6f, 0x6e, 0x65, 0));
  await assert.rejects(place.call("patch", { ...edit, path: "b" }), {
    code: "binary",
    message: `Cannot patch "b": it is binary`,
  });
});

Deno.test("patch refuses an edit that changes nothing, an empty one and a missing file", async () => {
  using place = workplace();
  place.file("a", "one");
  const same = { path: "a", old_string: "one", new_string: "one" };
  await assert.rejects(place.call("patch", same), {
    message: `Cannot patch "a": old_string and new_string are the same`,
  });
  await assert.rejects(place.call("patch", { ...same, old_string: "" }), { code: "invalid_arguments" });
  await assert.rejects(place.call("patch", { ...same, path: "b" }), {
    code: "not_found",
    message: `Cannot patch "b": there is no such file`,
  });
});

Deno.test("patch follows a link and may patch again", async () => {
  using place = workplace();
  place.file("real", "1");
  symlinkSync("real", join(place.dir, "link"));
  await place.call("patch", { path: "link", old_string: "1", new_string: "2" });
  await place.call("patch", { path: "real", old_string: "2", new_string: "3" });
  assert.equal(place.text("real"), "3");
});

Deno.test("patch bounds the diff that it shows", async () => {
  using place = workplace();
  place.file("a", Array.from({ length: 3000 }, (_, i) => `line ${i} is so`).join("\n"));
  const edit = { path: "a", old_string: "is so", new_string: "is not so", replace_all: true };
  const result = String(await place.call("patch", edit));
  assert.match(result, /^Replaced 3000 places/);
  assert.ok(result.length < 6500, `${result.length}`);
});

Deno.test("nearestLines() counts from the first line of the text, blank ones included", () => {
  assert.deepEqual(nearestLines("a\n\nwanted = 1\nb", "\nwanted = 2\nb"), {
    first: 2,
    lines: ["", "wanted = 1", "b"],
  });
  assert.equal(nearestLines("a\nb", "\n\n"), null);
});

Deno.test("patch carries out all of an agent's patches to one file at once", async () => {
  using place = workplace();
  const words = Array.from({ length: 8 }, (_, i) => `word${i}`);
  place.file("a", words.join("\n"));
  await place.call("read_file", { path: "a" });
  await Promise.all(
    words.map((word) => place.call("patch", { path: "a", old_string: word, new_string: `${word}!` })),
  );
  assert.equal(place.text("a"), words.map((word) => `${word}!`).join("\n"));
});

Deno.test("patch says who came too late when several agents patch one file at once, and loses no patch", async () => {
  using place = workplace();
  const words = Array.from({ length: 8 }, (_, i) => `word${i}`);
  place.file("a", words.join("\n"));
  const agents = words.map(() => workplace({ cwd: place.dir, filesSeen: new Map() }));
  for (const agent of agents.slice(4)) await agent.call("read_file", { path: "a" });
  const settled = await Promise.allSettled(
    words.map((word, i) => agents[i]!.call("patch", { path: "a", old_string: word, new_string: `${word}!` })),
  );
  for (const agent of agents) agent[Symbol.dispose]();
  const done = settled.map(({ status }) => status === "fulfilled");
  assert.equal(place.text("a"), words.map((word, i) => done[i] ? `${word}!` : word).join("\n"));
  const codes = settled.flatMap((each) => each.status === "rejected" ? [each.reason.code] : []);
  assert.deepEqual(codes, codes.map(() => "changed_since_read"));
  assert.deepEqual(done.slice(0, 4), Array(4).fill(true), "who had not read it has nothing to be late for");
});

Deno.test("patch leaves every line end that it does not change, and gives new lines that of their neighbours", async () => {
  using place = workplace();
  const cases: [name: string, before: string, old_string: string, new_string: string, after: string][] = [
    ["one CRLF among LF", "a\nb\r\nc\n", "b\nc", "b\nC", "a\nb\r\nC\n"],
    ["a line between LF and CRLF", "a\nb\nc\r\nd\n", "b\nc", "b\nnew\nc", "a\nb\nnew\nc\r\nd\n"],
    ["after the one CRLF", "a\nb\r\nc\nd\n", "b", "b\nnew", "a\nb\r\nnew\nc\nd\n"],
    ["between two CRLF", "a\nb\r\nc\r\nd\ne\n", "b\n", "b\nnew\n", "a\nb\r\nnew\r\nc\r\nd\ne\n"],
    [
      "a shell script",
      "#!/bin/sh\necho a\r\necho b\necho c\n",
      "b\n",
      "b\nls\n",
      "#!/bin/sh\necho a\r\necho b\nls\necho c\n",
    ],
    ["all CRLF", "\ufeffone\r\ntwo\r\n", "one", "1\n2", "\ufeff1\r\n2\r\ntwo\r\n"],
    ["the mark in both", "\ufeffone\r\n", "\ufeffone", "1", "\ufeff1\r\n"],
    ["no final newline", "a\r\nb", "b", "b\nc", "a\r\nb\r\nc"],
    ["no final newline, one line", "a", "a", "a\nb", "a\nb"],
    ["the last line goes", "a\r\nb", "a\nb", "a", "a"],
    ["lines in the middle go", "a\r\nb\nc\r\nd\n", "b\nc\n", "", "a\r\nd\n"],
    ["many in one", "a\nb\r\nc\nd\r\ne\n", "a\nb\nc\nd\ne", "A\nb\nc\nd\nE", "A\nb\r\nc\nd\r\nE\n"],
    ["a lone CR", "a\rb\nc\n", "a\rb", "a\rB", "a\rB\nc\n"],
    ["two CR", "a\r\r\nb\n", "b", "B", "a\r\r\nB\n"],
    ["a CR that is meant", "a\nb\n", "a\n", "a\r\n", "a\r\nb\n"],
    ["a CR that is to go", "a\r\nb\r\nc\r\n", "a\r\nb", "a\nb", "a\nb\r\nc\r\n"],
    ["CRLF for what has none", "a\nb\nc\n", "a\r\nb", "A\r\nB", "A\nB\nc\n"],
  ];
  for (const [name, before, old_string, new_string, after] of cases) {
    place.context.filesSeen.clear();
    place.file("a", before);
    await place.call("patch", { path: "a", old_string, new_string });
    assert.equal(JSON.stringify(place.text("a")), JSON.stringify(after), name);
  }
});

Deno.test("patch with replace_all changes each place and no line end", async () => {
  using place = workplace();
  place.file("a", "x x\r\ny x\nz\r\nx");
  await place.call("patch", { path: "a", old_string: "x", new_string: "w", replace_all: true });
  assert.equal(place.text("a"), "w w\r\ny w\nz\r\nw");
  place.file("a", "x\r\nx\nx\r\n");
  place.context.filesSeen.clear();
  await place.call("patch", { path: "a", old_string: "x\n", new_string: "y\n", replace_all: true });
  assert.equal(place.text("a"), "y\r\ny\ny\r\n");
});

Deno.test("patch of what read_file shows changes the shown text so, and no line around it", async () => {
  using place = workplace();
  const line = fc.constantFrom("a", "b", "", "ab");
  const lines = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n")), { minLength: 1, maxLength: 8 });
  const replacement = fc.string({ unit: fc.constantFrom("a", "c", "\n"), maxLength: 5 });
  const range = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 12 }));
  await fc.assert(fc.asyncProperty(lines, range, replacement, async (lines, [start, length], new_string) => {
    const original = lines.flat().join("").replace(/\n$/, "\n");
    const shown = original.replaceAll("\r\n", "\n");
    const from = start % shown.length;
    const old_string = shown.slice(from, from + length);
    fc.pre(old_string !== new_string && occurrences(shown, old_string, 2).length === 1);
    place.context.filesSeen.clear();
    place.file("a", original);
    await place.call("patch", { path: "a", old_string, new_string });
    const after = place.text("a");
    assert.equal(
      after.replaceAll("\r\n", "\n"),
      shown.slice(0, from) + new_string + shown.slice(from + old_string.length),
    );
    const untouched = (text: string, count: number) => text.split("\n").slice(0, count);
    const first = shown.slice(0, from).split("\n").length - 1;
    assert.deepEqual(untouched(after, first), untouched(original, first));
    const rest = shown.slice(from + old_string.length).split("\n").length - 1;
    const tail = (text: string) => text.split("\n").reverse().slice(0, rest);
    assert.deepEqual(tail(after), tail(original));
  }));
});

Deno.test("patch takes linear time, whatever is looked for in whatever text", async () => {
  using place = workplace();
  const failures = async (text: string, old_string: string) => {
    place.context.filesSeen.clear();
    place.file("a", text);
    return (await place.failure("patch", { path: "a", old_string, new_string: "x" })).code;
  };
  const many = "a".repeat(1_000_000);
  assert.equal(await failures(many, `${"a".repeat(300_000)}b`), "text_not_found");
  assert.equal(await failures(many, `b${"a".repeat(300_000)}`), "text_not_found");
  assert.equal(await failures(many, "a".repeat(300_000)), "not_unique");
  assert.equal(await failures("ab\n".repeat(300_000), "ab\n".repeat(100_000) + "b"), "text_not_found");
  const half = "ab\n".repeat(100_000);
  place.context.filesSeen.clear();
  place.file("a", `${half}c`);
  await place.call("patch", { path: "a", old_string: `${half}c`, new_string: "b\n".repeat(100_000) });
  assert.equal(place.text("a"), "b\n".repeat(100_000));
  place.file("a", "x\n".repeat(100_000));
  place.context.filesSeen.clear();
  await place.call("patch", { path: "a", old_string: "x", new_string: "y\nz", replace_all: true });
  assert.equal(place.text("a"), "y\nz\n".repeat(100_000));
});
