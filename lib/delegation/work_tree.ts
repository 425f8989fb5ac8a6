import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/** A state of the files that git reports as changed: size and time of change by path. */
type Snapshot = ReadonlyMap<string, string>;

/** The most that git may print, in bytes; past it the comparison is given up. */
const MAX_STATUS_BYTES = 4_000_000;

/**
 * What changed in a git work tree while a child ran commands, by git's own status before its first command and at its
 * end. Children that share a directory see each other's changes; outside of a work tree there is nothing to tell.
 */
export class WorkTreeChanges {
  readonly #cwd: string;
  #before: Promise<Snapshot | null> | null = null;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** Takes the state before the first command; called again it only waits for it. */
  async begin(): Promise<void> {
    this.#before ??= snapshot(this.#cwd);
    await this.#before;
  }

  /** The paths, from the root of the work tree, that are not as they were; null when that cannot be told. */
  async end(): Promise<readonly string[] | null> {
    const before = await this.#before;
    if (before === null) return null;
    const after = await snapshot(this.#cwd);
    if (after === null) return null;
    const paths = new Set([...before.keys(), ...after.keys()]);
    return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
  }
}

async function snapshot(cwd: string): Promise<Snapshot | null> {
  const root = await git(cwd, ["rev-parse", "--show-toplevel"]);
  const status = root === null
    ? null
    : await git(cwd, ["status", "--porcelain=v1", "-z", "--no-renames", "-uall"]);
  if (root === null || status === null) return null;
  const entries = status.split("\0").filter((entry) => entry !== "");
  return new Map(await Promise.all(entries.map((entry) => fingerprint(root.trimEnd(), entry))));
}

/** An entry of `git status --porcelain -z` is two letters, a space and the path. */
async function fingerprint(root: string, entry: string): Promise<readonly [string, string]> {
  const path = entry.slice(3);
  const state = await stat(join(root, path)).then(({ size, mtimeMs }) => `${size} ${mtimeMs}`, () => "gone");
  return [path, `${entry.slice(0, 2)} ${state}`];
}

/** What git printed; null without git, outside of a work tree, or when it was too much. */
function git(cwd: string, args: readonly string[]): Promise<string | null> {
  // A repository can name a program for git to run: it must find no keys, and is not started.
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, GIT_OPTIONAL_LOCKS: "0" };
  const safe = ["-c", "core.fsmonitor=false", ...args];
  const { promise, resolve } = Promise.withResolvers<string | null>();
  execFile("git", safe, { cwd, env, maxBuffer: MAX_STATUS_BYTES }, (error, stdout) => {
    resolve(error === null ? stdout : null);
  });
  return promise;
}
