import { Buffer } from "node:buffer";
import { stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { readStart, readText } from "../file/read_chunks.ts";

/** Larger ones are of repositories in which nobody waits for a search. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_PARENTS = 64;
/** What is read here is bounded, and waits for nobody. */
const never = new AbortController().signal;

/** Whether git has a file in the index of its repository; false where there is none. */
export async function isTracked(path: string): Promise<boolean> {
  for (let dir = dirname(path), count = 0; count < MAX_PARENTS; dir = dirname(dir), count++) {
    const index = await indexOf(join(dir, ".git"), dir);
    if (index !== null) return await names(index, relative(dir, path));
    if (dirname(dir) === dir) return false;
  }
  return false;
}

/** The index of a repository, or of a worktree, where `.git` is a file that names it; null: there is no repository. */
async function indexOf(git: string, dir: string): Promise<string | null> {
  const entry = await stat(git).catch(() => null);
  if (entry === null) return null;
  if (entry.isDirectory()) return join(git, "index");
  const named = /^gitdir: (.+)$/m.exec(await readText(git, never))?.[1];
  return named === undefined ? null : join(resolve(dir, named), "index");
}

/** gitformat-index(5): each entry ends with its path and a null byte; in version 4 paths are cut, so that none is found. */
async function names(index: string, path: string): Promise<boolean> {
  const read = await readStart(index, { signal: never, maxBytes: MAX_BYTES }).catch(() => null);
  if (read === null || !read.whole) return read !== null;
  const bytes = Buffer.from(read.content);
  const isCut = bytes.length > 8 && bytes.readUInt32BE(4) >= 4;
  return isCut || bytes.includes(Buffer.from(`${path}\0`));
}
