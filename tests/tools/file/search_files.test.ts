import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { globMatcher } from "../../../lib/tools/file/glob.ts";
import { workplace } from "../fixture.ts";

Deno.test("search_files gives path, line and text, in the order of the names", async () => {
  using place = workplace();
  place.file("b.ts", "x\n  needle();\r\nneedle");
  place.file("a/c.ts", "needle");
  place.file("z.md", "nothing");
  const result = await place.call("search_files", { pattern: "^\\s*needle" });
  assert.equal(result, "a/c.ts:1: needle\nb.ts:2:   needle();\nb.ts:3: needle");
});

Deno.test("search_files narrows by path and glob; a path may be one file", async () => {
  using place = workplace();
  for (const path of ["src/a.ts", "src/b.tsx", "src/c.md", "d.ts"]) place.file(path, "needle");
  const search = (args: object) => place.call("search_files", { pattern: "needle", ...args });
  assert.equal(
    await search({ glob: "*.{ts,tsx}" }),
    "d.ts:1: needle\nsrc/a.ts:1: needle\nsrc/b.tsx:1: needle",
  );
  assert.equal(await search({ path: "src", glob: "!*.ts*" }), "src/c.md:1: needle");
  assert.equal(await search({ path: "src/a.ts" }), "src/a.ts:1: needle");
  assert.equal(await search({ glob: "*.py" }), "[no file to search]");
});

Deno.test("search_files shows files elsewhere by their absolute path", async () => {
  using place = workplace();
  using other = workplace();
  const path = other.file("a", "needle");
  assert.equal(await place.call("search_files", { pattern: "needle", path: other.dir }), `${path}:1: needle`);
});

Deno.test("search_files without a pattern lists files", async () => {
  using place = workplace();
  for (const path of ["src/a.ts", "src/b.md", ".github/ci.yml"]) place.file(path, "");
  assert.equal(await place.call("search_files", {}), ".github/ci.yml\nsrc/a.ts\nsrc/b.md");
  assert.equal(await place.call("search_files", { glob: "src/*.ts" }), "src/a.ts");
  assert.equal(await place.call("search_files", { glob: "*.rs" }), "[no such file]");
});

Deno.test("search_files heeds every .gitignore of the work tree, the inner one first", async () => {
  using place = workplace();
  mkdirSync(join(place.dir, ".git"));
  place.file(".git/config", "");
  place.file(".gitignore", "*.log\n/out/\n");
  place.file("sub/.gitignore", "!keep.log\nlocal\n");
  for (const path of ["a.log", "out/x", "sub/keep.log", "sub/b.log", "sub/local", "local", "sub/out/y"]) {
    place.file(path, "");
  }
  place.file("node_modules/m/index.js", "");
  const all = ".gitignore\nlocal\nsub/.gitignore\nsub/keep.log\nsub/out/y";
  assert.equal(await place.call("search_files", {}), all);
  assert.equal(await place.call("search_files", { path: "sub" }), all.split("\n").slice(2).join("\n"));
  assert.equal(await place.call("search_files", { path: "out" }), "out/x");
  assert.equal(await place.call("search_files", { path: "node_modules" }), "node_modules/m/index.js");
});

Deno.test("search_files stops at the limit and says that there is more", async () => {
  using place = workplace();
  place.file("a", "x\n".repeat(150));
  const lines = async (max_results?: number) =>
    String(await place.call("search_files", { pattern: "x", max_results })).split("\n");
  assert.equal((await lines()).length, 101);
  assert.deepEqual(await lines(2), [
    "a:1: x",
    "a:2: x",
    "[the first 2, there are more; narrow path or glob]",
  ]);
  assert.equal((await lines(150)).at(-1), "a:150: x");
});

Deno.test("search_files cuts long lines and bounds all it returns", async () => {
  using place = workplace();
  place.file("a", `${"x".repeat(5000)}\n`.repeat(900));
  const result = String(await place.call("search_files", { pattern: "x", max_results: 1000 }));
  assert.ok(result.length < 41_000, `${result.length}`);
  assert.match(result, /\n\[the first 132, there are more; narrow path or glob\]$/);
});

Deno.test("search_files counts what it did not search, and what it did in vain", async () => {
  using place = workplace();
  place.file("binary", Uint8Array.of(110, 0));
  place.file("huge", new Uint8Array(5_000_001).fill(110));
  place.file("text", "m");
  symlinkSync("text", join(place.dir, "link"));
  assert.equal(
    await place.call("search_files", { pattern: "n" }),
    "[no match, files searched: 1]\n[not searched, because binary, over 5 MB or unreadable: 2]",
  );
});

Deno.test("search_files understands (?i) and says what is wrong with a pattern", async () => {
  using place = workplace();
  place.file("a", "Needle");
  assert.equal(await place.call("search_files", { pattern: "(?i)nEEDLE" }), "a:1: Needle");
  const error = await place.failure("search_files", { pattern: "foo(" });
  assert.equal(error.code, "invalid_arguments");
  assert.equal(error.message, 'Cannot search for "foo(": missing closing ): `foo(`');
  assert.match(error.hint!, /put a backslash/);
  const around = await place.failure("search_files", { pattern: "foo(?!bar)" });
  assert.match(around.message, /^Cannot search for "foo\(\?!bar\)": .*`\(\?!`$/);
  assert.match(around.hint!, /Look-around/);
  await assert.rejects(place.call("search_files", { path: "gone" }), { code: "not_found" });
});

Deno.test("search_files takes no pattern hostage: what backtracks for ever elsewhere is over at once", async () => {
  using place = workplace();
  place.file("a", `${"a".repeat(50_000)}!\n${"x".repeat(50_000)}\n`);
  for (const pattern of ["(a+)+$", "^(a|aa)+$", "(x+x+)+y", "(\\w+\\s?)*$b", "(.*)*(.*)*(.*)*z"]) {
    assert.equal(await place.call("search_files", { pattern }), "[no match, files searched: 1]", pattern);
  }
});

Deno.test("search_files looks at the beginning of a line that is too long for its pattern, and says so", async () => {
  using place = workplace();
  place.file("a", `${"b".repeat(100)}a${"b".repeat(1000)}c${"x".repeat(100_000)}\n`);
  place.file("b", `${"x".repeat(100_000)}a${"b".repeat(1000)}c\n`);
  assert.match(
    String(await place.call("search_files", { pattern: "a.{1000}c" })),
    /^a:1: b+ab+…\n\[lines so long that only their beginning was searched: 2\]$/,
  );
});

Deno.test("search_files refuses a pattern that is too large", async () => {
  using place = workplace();
  place.file("a", "x");
  const longer = await place.failure("search_files", { pattern: "x".repeat(1001) });
  assert.match(longer.message, /^Cannot search for "x{200}…": it is longer than 1000 characters$/);
  const larger = await place.failure("search_files", { pattern: Array(30).fill("(.{0,900}y)").join("|") });
  assert.match(larger.message, /: it repeats too much$/);
});

Deno.test("search_files lets others have the thread, and stops in the middle of a file", async () => {
  const stop = new AbortController();
  using place = workplace({ signal: stop.signal });
  const slow = `d${"ab".repeat(10_000)}c\n`.repeat(200); // without a d the engine would not even look
  for (let i = 0; i < 24; i++) place.file(`${i}/a`, slow); // on some machines one is searched in a moment
  const running = place.call("search_files", { pattern: "a.{500}d|a.{500}cd" });
  const turns = setInterval(() => stop.abort("enough"), 1);
  await assert.rejects(running, (error) => error === "enough").finally(() => clearInterval(turns));
});

Deno.test("search_files rejects with the signal's reason", async () => {
  const stop = new AbortController();
  using place = workplace({ signal: stop.signal });
  for (let i = 0; i < 50; i++) place.file(`${i}/a`, "x");
  const running = place.call("search_files", { pattern: "x" });
  stop.abort("enough");
  await assert.rejects(running, (error) => error === "enough");
});

Deno.test("globMatcher() matches as .gitignore does, with braces", () => {
  const cases: [string, string, boolean][] = [
    ["*.ts", "a/b/c.ts", true],
    ["**/*.ts", "c.ts", true],
    ["src/**/*.ts", "src/c.ts", true],
    ["src/*.ts", "src/a/c.ts", false],
    ["./a.ts", "b/a.ts", false],
    ["{a,b}/{c,d}.{ts,js}", "b/c.js", true],
    ["{a,b}/{c,d}.{ts,js}", "b/e.js", false],
    ["*.{ts}", "a.ts", false],
    ["!*.md", "a.md", false],
    ["!*.md", "a.ts", true],
    ["$&{a,b}", "$&b", true],
    ["R\u00e9sum\u00e9*", "a/Re\u0301sume\u0301.txt", true],
    ["Re\u0301sume\u0301.txt", "R\u00e9sum\u00e9.txt", true],
    ["Shot at *AM.png", "Shot at 9.41\u202fAM.png", true],
    ["it's.?xt", "it\u2019s.txt", true],
  ];
  for (const [glob, path, expected] of cases) {
    assert.equal(globMatcher(glob)(path), expected, `${glob} ${path}`);
  }
});

Deno.test("globMatcher() takes as many steps as pattern and path are long, whatever the pattern", () => {
  const path = `${"a/".repeat(100)}${"a".repeat(200)}c`;
  for (
    const glob of [
      `${"**/a/".repeat(25)}b`,
      `${"**/".repeat(100)}b`,
      `${"a/**/".repeat(100)}b`,
      `${"*a".repeat(100)}b`,
      `**/${"*a*".repeat(90)}b`,
      `{${"**/a/".repeat(25)}b,${"*a".repeat(100)}b}`,
    ]
  ) assert.equal(globMatcher(glob)(path), false, glob);
});

Deno.test("search_files refuses a glob that is too long or lists too much, and takes one case for another", async () => {
  using place = workplace();
  for (const path of ["Output/a.TS", "output/a.ts"]) place.file(path, "");
  assert.equal(await place.call("search_files", { glob: "/Output/" }), "Output/a.TS");
  assert.equal(await place.call("search_files", { glob: "*.ts" }), "output/a.ts");
  const long = await place.failure("search_files", { glob: "x".repeat(1001) });
  assert.match(long.message, /^Cannot search with the glob "x{200}…": it is longer than 1000 characters$/);
  for (
    const glob of [
      "{a,b}".repeat(100),
      "{a,b,c,d,e,f,g,h}".repeat(8),
      `{${"a,".repeat(400)}b}${"c".repeat(150)}`,
    ]
  ) {
    assert.match((await place.failure("search_files", { glob })).message, /stand for too many patterns$/);
  }
});

Deno.test("search_files waits for no pipe, wherever one lies", async () => {
  using place = workplace();
  mkdirSync(join(place.dir, "sub"));
  mkdirSync(join(place.dir, ".git/info"), { recursive: true });
  for (const path of ["pipe", ".gitignore", "sub/.gitignore", ".git/config", ".git/info/exclude"]) {
    execFileSync("mkfifo", [join(place.dir, path)]);
  }
  place.file("a", "x");
  assert.equal(await place.call("search_files", { pattern: "x" }), "a:1: x");
  assert.equal(
    await place.call("search_files", { pattern: "x", path: "pipe" }),
    "[no file to search]\n[not searched, because binary, over 5 MB or unreadable: 1]",
  );
});
