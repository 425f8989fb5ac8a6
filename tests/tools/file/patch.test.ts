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
  const latin1 = Uint8Array.of(0x6f, 0x6e, 0x65, 0xe4);
  place.file("b", latin1);
  await assert.rejects(place.call("patch", { ...edit, path: "b" }), {
    code: "binary",
    message: `Cannot patch "b": it is not UTF-8 text`,
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
