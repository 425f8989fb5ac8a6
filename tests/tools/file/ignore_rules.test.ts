import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { walk } from "../../../lib/tools/file/walk.ts";
import { type Workplace, workplace } from "../fixture.ts";

const NAMES = ["a", "b", "ab", "a.log", "b.LOG", "é", "#x", "!y", "a b", "x]", ".h", "z ", "a\\"];
const DIRECTORIES = [
  "",
  "a/",
  "a/b/",
  "a/b/a/",
  "output/",
  "Output/",
  "foo/bar/baz/",
  "é/",
  "b/a b/",
  "ab/a.log/",
];

function repository(place: Workplace): string[] {
  execFileSync("git", ["init", "-q", place.dir]);
  mkdirSync(join(place.dir, ".git/info"), { recursive: true });
  const files = DIRECTORIES.flatMap((directory) => NAMES.map((name) => directory + name)).filter((path) =>
    !DIRECTORIES.some((each) => each.startsWith(`${path}/`))
  );
  for (const path of files) place.file(path, "");
  return files;
}

function git(place: Workplace, args: readonly string[], input: string): string[] {
  try {
    const out = execFileSync("git", ["-C", place.dir, ...args], { input, encoding: "utf8" });
    return out.split("\0").filter((path) => path !== "");
  } catch (error) {
    // It ends with 1 when none is ignored.
    assert.equal((error as { status: number }).status, 1, String(error)); // what execFileSync throws
    return [];
  }
}

async function walked(place: Workplace, from = place.dir): Promise<string[]> {
  const found: string[] = [];
  for await (const path of walk(from, new AbortController().signal)) found.push(relative(place.dir, path));
  return found;
}

async function assertAsGit(place: Workplace, files: readonly string[]): Promise<void> {
  const input = files.map((path) => `${path}\0`).join("");
  const ignored = new Set(git(place, ["check-ignore", "--no-index", "--stdin", "-z"], input));
  const found = new Set(await walked(place));
  assert.deepEqual(files.filter((path) => found.has(path)), files.filter((path) => !ignored.has(path)));
}

Deno.test("walk() leaves out what git check-ignore does, by rules of every kind", async () => {
  using place = workplace();
  const files = repository(place);
  const cases = [
    "/Output",
    "output",
    "Output/",
    "*.log",
    "*.[lL][oO][gG]",
    "a/",
    "/a/b",
    "a/**",
    "a/**\n!a/b/",
    "**/b",
    "a/**/a",
    "**",
    "/**",
    "*\n!*/\n!b",
    "foo/bar",
    "bar/baz",
    "/foo/*\n!/foo/bar",
    "foo/*/baz",
    "\\#x",
    "#x",
    "\\!y",
    "!y",
    "a b",
    "a b   ",
    "z\\ ",
    "z ",
    "a\\",
    "a\\\\",
    "x]",
    "[!a-z]",
    "[^#]x",
    "[]x]*",
    "[[:alpha:]]",
    "[[:nope:]]",
    "[[:alpha:]",
    "[a",
    "a[/]b",
    "?",
    "??",
    "a\r\nb\r\n",
    "\ufeffab",
    "a**b",
    "***/b",
    "/",
    "//",
    "a//b",
    "a/**/**/a",
    "\\a\\b",
    "a\\/b",
  ];
  for (const rules of cases) {
    place.file(".gitignore", rules);
    await assertAsGit(place, files).catch((error) => assert.fail(`${JSON.stringify(rules)}: ${error}`));
  }
});

Deno.test("walk() leaves out what git check-ignore does, whatever rules there are and where", async () => {
  using place = workplace();
  const files = repository(place);
  const part = fc.constantFrom(
    ...["a", "b", "é", "output", "foo", "*", "**", "?", "??", "a*", "*b", "*.log", "[ab]", "[!a]", "[a-y]"],
    ...["[[:upper:]]*", "[]x]", "\\#x", "x]", "***", "a\\", "[a", "a b", "z\\ ", "*a*b*", "bar", "baz", ".*"],
  );
  const pattern = fc.tuple(
    fc.constantFrom("", "", "", "!", "/", "!/", "**/"),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    fc.constantFrom("", "", "", "/", "/**", "/*", " ", "\r"),
  ).map((parts) => parts.join(""));
  const rules = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join("\n"));
  const places = [".gitignore", "a/.gitignore", "a/b/.gitignore", "foo/.gitignore", ".git/info/exclude"];
  const all = fc.tuple(...places.map(() => fc.oneof({ weight: 2, arbitrary: rules }, fc.constant(""))));
  await fc.assert(
    fc.asyncProperty(all, async (texts) => {
      places.forEach((path, at) => writeFileSync(join(place.dir, path), texts[at] ?? ""));
      await assertAsGit(place, files);
    }),
    { numRuns: 200 },
  );
});

Deno.test("walk() takes the rules of a repository for it alone, of a work tree and its user, and of no link", async () => {
  using place = workplace();
  execFileSync("git", ["init", "-q", place.dir]);
  place.file(".gitignore", "*.log\n");
  place.file("nested/x.log", "");
  place.file("x.log", "");
  execFileSync("git", ["init", "-q", join(place.dir, "nested")]);
  assert.deepEqual(await walked(place), [".gitignore", "nested/x.log"]);
  assert.deepEqual(await walked(place, join(place.dir, "nested")), ["nested/x.log"]);

  rmSync(join(place.dir, ".gitignore"));
  place.file("rules", "*.log\n");
  symlinkSync("rules", join(place.dir, ".gitignore"));
  assert.deepEqual(await walked(place), ["nested/x.log", "rules", "x.log"]);

  const config = (name: string, value: string) =>
    execFileSync("git", ["-C", place.dir, "config", name, value]);
  config("core.excludesFile", join(place.dir, "rules"));
  assert.deepEqual(await walked(place), ["nested/x.log", "rules"]);
  place.file(".git/info/exclude", "RULES\n");
  config("core.ignoreCase", "true");
  assert.deepEqual(await walked(place), ["nested/x.log"]);
});

Deno.test("walk() knows the rules of a work tree whose repository lies elsewhere", async () => {
  using place = workplace();
  const main = join(place.dir, "main");
  const run = (...args: string[]) =>
    execFileSync("git", ["-C", main, "-c", "user.name=n", "-c", "user.email=e", ...args]);
  execFileSync("git", ["init", "-q", main]);
  run("commit", "-q", "--allow-empty", "-m", "first");
  run("worktree", "add", "-q", join(place.dir, "other"));
  place.file("main/.git/info/exclude", "hidden\n");
  for (const path of ["other/hidden", "other/shown"]) place.file(path, "");
  assert.deepEqual(await walked(place, join(place.dir, "other")), ["other/.git", "other/shown"]);
});
