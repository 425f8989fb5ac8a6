import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkTreeChanges } from "../../lib/delegation/work_tree.ts";
import type { Clock } from "../../lib/support/clock.ts";
import { processesLeft } from "../support/processes.ts";

const { signal } = new AbortController();
/** On which git is never late. */
const never: Clock = { now: () => 0, after: () => ({ [Symbol.dispose]: () => {} }) };

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
    const changes = new WorkTreeChanges(dir, never);
    await changes.begin(signal);
    writeFileSync(join(dir, "changed"), "22");
    writeFileSync(join(dir, "twice"), "and changed again");
    writeFileSync(join(dir, "with space"), "new");
    rmSync(join(dir, "removed"));
    assert.deepEqual(await changes.end(signal), {
      paths: ["changed", "removed", "twice", "with space"],
      note: null,
    });
  }),
);

Deno.test(
  "WorkTreeChanges tells nothing outside of a work tree, nor without a begin",
  withTree(async (dir) => {
    const changes = new WorkTreeChanges(dir, never);
    assert.deepEqual(await changes.end(signal), { paths: null, note: null });
    await changes.begin(signal);
    assert.deepEqual(await changes.end(signal), { paths: null, note: null });
  }),
);

/** A repository in a directory of the tree, with one commit. */
function repository(dir: string): string {
  mkdirSync(dir, { recursive: true });
  git(dir, "init", "-q");
  writeFileSync(join(dir, "kept"), "1");
  git(dir, "add", ".");
  git(dir, "commit", "-qm", "begin");
  return dir;
}

Deno.test(
  "WorkTreeChanges sees what was committed and what changed in repositories inside, submodules or not",
  withTree(async (dir) => {
    const other = repository(join(dir, "other"));
    const root = repository(join(dir, "root"));
    const nested = repository(join(root, "deep/nested"));
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", other, "module");
    git(root, "commit", "-qm", "module");
    repository(join(root, "still"));
    const changes = new WorkTreeChanges(root, never);
    await changes.begin(signal);
    writeFileSync(join(root, "module/new"), "1");
    writeFileSync(join(nested, "kept"), "22");
    writeFileSync(join(nested, "committed"), "1");
    git(nested, "add", "committed");
    git(nested, "commit", "-qm", "more");
    writeFileSync(join(root, "kept"), "22");
    git(root, "commit", "-qam", "changed");
    const paths = [
      "deep/nested/",
      "deep/nested/committed",
      "deep/nested/kept",
      "kept",
      "module/",
      "module/new",
    ];
    assert.deepEqual(await changes.end(signal), { paths, note: null });
  }),
);

Deno.test(
  "WorkTreeChanges sees the first commit of a repository",
  withTree(async (dir) => {
    git(dir, "init", "-q");
    const changes = new WorkTreeChanges(dir, never);
    await changes.begin(signal);
    writeFileSync(join(dir, "first"), "1");
    git(dir, "add", ".");
    git(dir, "commit", "-qm", "begin");
    assert.deepEqual(await changes.end(signal), { paths: ["first"], note: null });
  }),
);

/** A repository in which git's status runs a command that says so through a pipe, and never ends. */
function slowRepository(dir: string): void {
  git(dir, "init", "-q");
  writeFileSync(join(dir, ".gitattributes"), "slow filter=slow\n");
  writeFileSync(join(dir, "slow"), "1");
  git(dir, "add", ".");
  git(dir, "commit", "-qm", "begin");
  execFileSync("mkfifo", [join(dir, ".git/begun")]);
  const script = join(dir, ".git/slow.sh");
  writeFileSync(script, `#!/bin/sh\necho begun >'${dir}/.git/begun'\nsleep 3600\n`);
  chmodSync(script, 0o755);
  git(dir, "config", "filter.slow.clean", `'${script}'`);
  writeFileSync(join(dir, "slow"), "2");
}

Deno.test(
  "WorkTreeChanges goes on without a git that is slow, says so, and leaves nothing of it running",
  withTree(async (dir) => {
    slowRepository(dir);
    const changes = new WorkTreeChanges(dir);
    await changes.begin(signal);
    assert.deepEqual(await changes.end(signal), {
      paths: null,
      note: "not told: git took longer than 1.5 s",
    });
    assert.deepEqual(await processesLeft(dir), []);
  }),
);

Deno.test(
  "WorkTreeChanges ends git at once when it is told to, and begins again later",
  withTree(async (dir) => {
    slowRepository(dir);
    const changes = new WorkTreeChanges(dir, never);
    const stop = new AbortController();
    const begun = changes.begin(stop.signal);
    await readFile(join(dir, ".git/begun"));
    stop.abort("enough");
    await assert.rejects(begun, (error) => error === "enough");
    assert.deepEqual(await processesLeft(dir), []);
    git(dir, "config", "--unset", "filter.slow.clean");
    await changes.begin(signal);
    assert.deepEqual(await changes.end(signal), { paths: [], note: null });
  }),
);
