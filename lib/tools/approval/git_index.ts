import { Buffer } from "node:buffer";
import { dirname, join, relative } from "node:path";
import { gitDirectory } from "../file/git_directory.ts";
import { readStart } from "../../support/read_chunks.ts";

/** Larger ones are of repositories in which nobody waits for a search. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_PARENTS = 64;

/** Whether git has a file in the index of its repository; false where there is none. */
export async function isTracked(path: string, signal: AbortSignal): Promise<boolean> {
  for (let dir = dirname(path), count = 0; count < MAX_PARENTS; dir = dirname(dir), count++) {
    const git = await gitDirectory(dir, signal);
    if (git !== null) return await names(join(git, "index"), relative(dir, path), signal);
    if (dirname(dir) === dir) return false;
  }
  return false;
}

/** gitformat-index(5): each entry ends with its path and a null byte; in version 4 paths are cut, so that none is found. */
async function names(index: string, path: string, signal: AbortSignal): Promise<boolean> {
  const read = await readStart(index, { signal, maxBytes: MAX_BYTES }).catch(() => null);
  if (read === null || !read.whole) return read !== null;
  const bytes = Buffer.from(read.content);
  const isCut = bytes.length > 8 && bytes.readUInt32BE(4) >= 4;
  return isCut || bytes.includes(Buffer.from(`${path}\0`));
}
