import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readText } from "../../support/read_chunks.ts";

/**
 * The directory in which git keeps what it knows of the work tree at `root`: its `.git`, or where that leads when it is
 * a file, as in a worktree. Null: there is none.
 */
export async function gitDirectory(root: string, signal: AbortSignal): Promise<string | null> {
  const git = join(root, ".git");
  const entry = await stat(git).catch(() => null);
  if (entry === null) return null;
  if (entry.isDirectory()) return git;
  const named = /^gitdir: (.+)/.exec(await readText(git, signal))?.[1];
  return named === undefined ? null : resolve(root, named.trimEnd());
}
