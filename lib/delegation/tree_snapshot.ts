import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type GitReply, runGit } from "./run_git.ts";

/** What git said of a work tree and of the repositories inside it. */
export interface TreeSnapshot {
  /** Size and time of change of each file that git reports as changed, by its path from the root. */
  readonly files: ReadonlyMap<string, string>;
  /** The commit of each repository, by the path of its directory: "" or with a slash at its end. */
  readonly commits: ReadonlyMap<string, string>;
  /** Directories of repositories that were not looked into. */
  readonly unseen: readonly string[];
  readonly root: string;
}

/** More repositories inside a work tree are not looked into. */
const MAX_NESTED = 50;
/** How many files are looked at at once. */
const AT_ONCE = 500;

/** Looks at the work tree that a directory is in. */
export async function treeSnapshot(
  cwd: string,
  signal: AbortSignal,
): Promise<TreeSnapshot | Exclude<GitReply, object>> {
  const top = await runGit(cwd, ["rev-parse", "--show-toplevel"], signal);
  if (typeof top === "string") return top;
  const root = top.printed.trimEnd();
  const files = new Map<string, string>();
  const commits = new Map<string, string>();
  const unseen: string[] = [];
  const waiting = [""];
  for (let inside = waiting.shift(); inside !== undefined; inside = waiting.shift()) {
    const status = commits.size > MAX_NESTED ? "ended" : await statusOf(join(root, inside), signal);
    if (typeof status === "string") {
      if (inside === "") return status;
      unseen.push(inside);
      continue;
    }
    commits.set(inside, status.commit);
    for (const { path, mayNest } of status.entries) {
      if (mayNest && await isRepository(join(root, inside + path))) waiting.push(`${inside}${path}/`);
    }
    const plain = status.entries.filter(({ path }) => !waiting.includes(`${inside}${path}/`));
    for (let at = 0; at < plain.length && !signal.aborted; at += AT_ONCE) {
      await Promise.all(
        plain.slice(at, at + AT_ONCE).map(async ({ path, letters }) => {
          files.set(inside + path, `${letters} ${await stateOf(join(root, inside + path))}`);
        }),
      );
    }
  }
  return signal.aborted ? "ended" : { files, commits, unseen, root };
}

interface Status {
  readonly commit: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly letters: string;
  readonly path: string;
  /** Whether git takes it for a repository of its own. */
  readonly mayNest: boolean;
}

async function statusOf(
  directory: string,
  signal: AbortSignal,
): Promise<Status | Exclude<GitReply, object>> {
  const args = [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-renames",
    "-uall",
    "--ignore-submodules=none",
  ];
  const reply = await runGit(directory, args, signal);
  if (typeof reply === "string") return reply;
  const lines = reply.printed.split("\0");
  const commit = lines.find((line) => line.startsWith("# branch.oid "))?.slice(13) ?? "";
  return { commit, entries: lines.flatMap(readEntry) };
}

/** An entry is "1" and seven words, "u" and nine, or "?", and then the path. */
function readEntry(line: string): Entry[] {
  const [, words = "", path] = /^(1(?: \S+){7}|u(?: \S+){9}|\?) (.+)$/s.exec(line) ?? [];
  if (path === undefined) return [];
  const [, letters = "?", module = ""] = words.split(" ");
  const mayNest = path.endsWith("/") || module.startsWith("S");
  return [{ letters, mayNest, path: path.replace(/\/$/, "") }];
}

async function isRepository(path: string): Promise<boolean> {
  return await lstat(join(path, ".git")).then(() => true, () => false);
}

async function stateOf(path: string): Promise<string> {
  return await lstat(path).then(({ size, mtimeMs }) => `${size} ${mtimeMs}`, () => "gone");
}
