import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { workplace } from "../fixture.ts";

/** A name in a directory, and another way to write it. */
const NAMES: readonly (readonly [there: string, written: string])[] = [
  ["Re\u0301sume\u0301.txt", "R\u00e9sum\u00e9.txt"],
  ["Ko\u0308ln.txt".normalize("NFC"), "Ko\u0308ln.txt"],
  ["\u1112\u1161\u11ab.txt", "\ud55c.txt"],
  ["Shot at 9.41\u202fAM.txt", "Shot at 9.41 AM.txt"],
  ["a\u00a0b.txt", "a b.txt"],
  ["a b.txt", "a\u00a0b.txt"],
  ["it\u2019s.txt", "it's.txt"],
  ["\u201equoted\u201c.txt", '"quoted".txt'],
  ["1\u20132.txt", "1-2.txt"],
  ["zero\u200bwidth.txt", "zerowidth.txt"],
  ["README.md", "readme.md"],
  ["Stra\u00dfe.TXT", "stra\u00dfe.txt"],
];

/** Whether the file system takes two names for two, as most of Linux do. */
function keepsApart(dir: string, [there, written]: readonly [string, string]): boolean {
  mkdirSync(join(dir, there));
  try {
    mkdirSync(join(dir, written));
    rmSync(join(dir, written), { recursive: true });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(join(dir, there), { recursive: true });
  }
}

Deno.test("file tools find the one file that a name means, and make no second one of it", async () => {
  for (const pair of NAMES) {
    const [there, written] = pair;
    using place = workplace();
    if (!keepsApart(place.dir, pair)) continue;
    place.file(`dir/${there}`, "old");
    const path = `dir/${written}`;
    const early = await place.failure("write_file", { path, content: "x" });
    assert.equal(early.code, "not_read", written);
    assert.match(early.message, /: it exists, spelled "/);
    assert.match(String(await place.call("read_file", { path })), /^1\told\n\[its path is spelled ".*"\]$/);
    assert.match(String(await place.call("search_files", { pattern: "old", path })), /:1: old$/);
    await place.call("patch", { path, old_string: "old", new_string: "patched" });
    const real = join(place.dir, "dir", there);
    assert.deepEqual(await place.call("write_file", { path, content: "new" }), {
      path: real,
      bytes: 3,
      created: false,
    });
    assert.deepEqual([readdirSync(join(place.dir, "dir")), place.text(`dir/${there}`)], [[there], "new"]);
  }
});

Deno.test("file tools find directories so, too, for files that are there and new ones", async () => {
  for (const pair of NAMES) {
    const [there, written] = pair;
    using place = workplace();
    if (!keepsApart(place.dir, pair)) continue;
    place.file(`${there}/a`, "old");
    await place.call("read_file", { path: `${written}/a` });
    await place.call("write_file", { path: `${written}/sub/new`, content: "" });
    assert.deepEqual(readdirSync(place.dir), [there]);
    assert.deepEqual(readdirSync(join(place.dir, there)), ["a", "sub"]);
  }
});

Deno.test("file tools name the files that may be meant when there are several, and take an exact one", async () => {
  using place = workplace();
  if (!keepsApart(place.dir, ["a", "A"])) return;
  place.file("e\u0301.txt", "decomposed");
  place.file("\u00e9.txt", "composed");
  assert.equal(await place.call("read_file", { path: "\u00e9.txt" }), "1\tcomposed");
  for (const name of ["One.txt", "oNe.txt"]) place.file(name, "");
  for (const [tool, verb] of [["read_file", "read"], ["write_file", "write"], ["patch", "patch"]] as const) {
    const args = { read_file: {}, write_file: { content: "" }, patch: { old_string: "a", new_string: "b" } };
    assert.deepEqual(await place.failure(tool, { path: "one.txt", ...args[tool] }), {
      code: "not_found",
      message: `Cannot ${verb} "one.txt": there is no "one.txt" in "${place.dir}", ` +
        "but several names that are only written otherwise",
      hint: `They are "One.txt", "oNe.txt"`,
    });
  }
  const escaped = await place.failure("read_file", { path: "E\u0301.txt" });
  assert.equal(escaped.hint, `They are "e\\u0301.txt", "\\u00e9.txt"`);
});

Deno.test("write_file makes a file beside a directory whose name differs in case", async () => {
  using place = workplace();
  if (!keepsApart(place.dir, ["a", "A"])) return;
  place.file("build/a", "");
  await place.call("write_file", { path: "BUILD", content: "x" });
  assert.deepEqual(readdirSync(place.dir).sort(), ["BUILD", "build"]);
});

Deno.test("file tools do not make the working directory anew when it is gone", async () => {
  using ground = workplace();
  const cwd = join(ground.dir, "work");
  using place = workplace({ cwd });
  mkdirSync(cwd);
  await place.call("write_file", { path: "sub/a", content: "" });
  renameSync(cwd, join(ground.dir, "Work"));
  for (const path of ["a", "sub/a", join(cwd, "deep/a")]) {
    const error = await place.failure("write_file", { path, content: "" });
    assert.equal(error.code, "io_error");
    assert.equal(error.message, `Cannot write "${path}": the working directory "${cwd}" is gone`);
    assert.equal((await place.failure("read_file", { path })).message.slice(0, 11), "Cannot read");
  }
  assert.match((await place.failure("search_files", {})).message, /is gone$/);
  assert.deepEqual(readdirSync(ground.dir), ["Work"]);
  await place.call("write_file", { path: join(ground.dir, "other/a"), content: "" });
});
