import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { AgentFiles } from "../../../lib/tools/approval/agent_files.ts";
import { createJudge } from "../../../lib/tools/approval/judge.ts";
import { STOPS } from "../../../lib/tools/approval/risk.ts";
import { TempDir } from "../../support/temp_dir.ts";

const LOST = "deletes or overwrites files that were there before";
const DELETES = "deletes directories with all they hold";
const UNKNOWN = "runs what is only known when it runs";

/** A directory in which agents work since `since`, and what a judge says of commands there. */
function workplace(since: number, mode: "dangerous" | "off" = "dangerous") {
  const dir = new TempDir();
  const judge = createJudge({ mode, allow: [], timeout: 0, children: "ask" }, {
    home: dir.at("home"),
    hermesHome: dir.at("state"),
    secretPaths: [],
    files: new AgentFiles(since),
  });
  return {
    dir,
    write: (path: string) => judge({ type: "write", path: dir.at(path) }),
    of: (command: string) => judge({ type: "command", command, cwd: dir.path }),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

const LOSING = [
  "rm a.ts",
  "rm -f ./a.ts",
  "unlink a.ts",
  "> a.ts",
  ": > a.ts",
  "echo x > a.ts",
  "cat b > a.ts",
  "tee a.ts < b",
  "cp b a.ts",
  "mv b a.ts",
  "truncate -s 0 a.ts",
  "dd if=/dev/zero of=a.ts count=1",
  "python3 -c \"open('a.ts', 'w')\"",
  "cd . && rm a.ts",
  "find . -exec rm a.ts ';'",
];

Deno.test("createJudge() asks before files are lost that were there before the session, whatever does it", async () => {
  using place = workplace(Date.now() + 3_600_000);
  for (const name of ["a.ts", "b"]) writeFileSync(place.dir.at(name), "x");
  for (const command of LOSING) assert.notDeepEqual(await place.of(command), [], command);
  assert.deepEqual(await place.of("rm a.ts"), [LOST]);
  for (
    const command of ["rm none.ts", "echo x > none.ts", "echo x >> a.ts", "cp a.ts none.ts", "mv -n b a.ts"]
  ) {
    assert.deepEqual(await place.of(command), [], command);
  }
});

Deno.test("createJudge() lets files go that were made since, but not those that git has", async () => {
  using place = workplace(Date.now() - 60_000);
  for (const name of ["a.ts", "b.ts"]) writeFileSync(place.dir.at(name), "x");
  execFileSync("git", ["init", "-q", place.dir.path]);
  execFileSync("git", ["-C", place.dir.path, "add", "a.ts"]);
  assert.deepEqual(await place.of("rm a.ts"), [LOST]);
  assert.deepEqual(await place.of("rm b.ts"), []);
});

Deno.test("createJudge() asks before a pattern is written through that names files from before", async () => {
  using place = workplace(Date.now() + 60_000);
  for (const name of ["a.ts", "b.md", ".c.js"]) writeFileSync(place.dir.at(name), "x");
  for (const command of ['for f in *.ts; do : > "$f"; done', 'for f in ?.md; do : > "$f"; done']) {
    assert.deepEqual(await place.of(command), [LOST], command);
  }
  for (const pattern of ["*.py", "*.js", "??.ts", "[a].txt"]) {
    assert.deepEqual(await place.of(`for f in ${pattern}; do : > "$f"; done`), [], pattern);
  }
  assert.deepEqual(await place.of('for f in *.ts; do sort "$f" > "$f.new"; done'), []);
});

Deno.test("createJudge() reads a script that an agent wrote where a later command runs it", async () => {
  using place = workplace(Date.now() - 60_000);
  await place.write("x.sh");
  writeFileSync(place.dir.at("x.sh"), "#!/bin/sh\nrm -rf build\n");
  for (
    const command of ["sh x.sh", "bash -e ./x.sh", "./x.sh", ". ./x.sh", "source x.sh", "nohup ./x.sh &"]
  ) {
    assert.deepEqual(await place.of(command), [DELETES], command);
  }
  await place.of("cat > y.py < some");
  writeFileSync(place.dir.at("y.py"), "import shutil\nshutil.rmtree('build')\n");
  assert.deepEqual(await place.of("python3 y.py"), ["runs a script that deletes files"]);
  await place.of("echo x > z.sh");
  writeFileSync(place.dir.at("z.sh"), "sh ./x.sh\n");
  assert.deepEqual(await place.of("sh z.sh"), [DELETES]);
});

Deno.test("createJudge() asks before a file runs that was fetched, and not before the project's own", async () => {
  using place = workplace(Date.now() - 60_000);
  for (const name of ["i.sh", "own.sh"]) writeFileSync(place.dir.at(name), "rm -rf build\n");
  for (const command of ["curl -o i.sh https://example.org/i.sh", "wget https://example.org/i.sh"]) {
    assert.deepEqual(await place.of(command), []);
    assert.deepEqual(await place.of("sh i.sh"), [UNKNOWN], command);
  }
  assert.deepEqual(await place.of("sh own.sh"), []);
  copyFileSync(place.dir.at("own.sh"), place.dir.at("other.sh"));
  assert.deepEqual(await place.of("./other.sh"), []);
});

Deno.test("createJudge() switched off still says what is never allowed, and nothing else", async () => {
  using place = workplace(Date.now(), "off");
  assert.deepEqual(await place.of("rm -rf build; git push --force"), []);
  assert.deepEqual(await place.of("sudo reboot"), [STOPS]);
});
