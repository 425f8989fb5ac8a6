import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isTracked } from "../../../lib/tools/approval/git_index.ts";
import { workplace } from "../fixture.ts";

const never = new AbortController().signal;

Deno.test("isTracked() knows what is in the index, and waits for no pipe in its place", async () => {
  using place = workplace();
  const git = (...args: string[]) => execFileSync("git", ["-C", place.dir, ...args]);
  git("init", "-q");
  const [tracked, other] = [place.file("sub/tracked", ""), place.file("sub/other", "")];
  git("add", "sub/tracked");
  assert.deepEqual([await isTracked(tracked, never), await isTracked(other, never)], [true, false]);
  for (const path of [".git/index", ".git"]) {
    rmSync(join(place.dir, path), { recursive: true });
    execFileSync("mkfifo", [join(place.dir, path)]);
    assert.equal(await isTracked(tracked, never), false, path);
  }
});
