import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { WorkTreeChanges } from "../../lib/delegation/work_tree.ts";

function withTree(body: (dir: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), "hermes_tree_"));
    try {
      await body(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

function git(dir: string, ...args: string[]): void {
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: dir });
}

Deno.test(
  "WorkTreeChanges names what was made, changed and removed since its begin, and nothing else",
  withTree(async (dir) => {
    git(dir, "init", "-q");
    for (const name of ["kept", "changed", "removed", "dirty"]) writeFileSync(join(dir, name), "1");
    git(dir, "add", ".");
    git(dir, "commit", "-qm", "begin");
    writeFileSync(join(dir, "dirty"), "changed before");
    writeFileSync(join(dir, "twice"), "new before");
    const changes = new WorkTreeChanges(dir);
    await changes.begin();
    writeFileSync(join(dir, "changed"), "22");
    writeFileSync(join(dir, "twice"), "and changed again");
    writeFileSync(join(dir, "with space"), "new");
    rmSync(join(dir, "removed"));
    assert.deepEqual(await changes.end(), ["changed", "removed", "twice", "with space"]);
  }),
);

Deno.test(
  "WorkTreeChanges tells nothing outside of a work tree, nor without a begin",
  withTree(async (dir) => {
    const changes = new WorkTreeChanges(dir);
    assert.equal(await changes.end(), null);
    await changes.begin();
    assert.equal(await changes.end(), null);
  }),
);
