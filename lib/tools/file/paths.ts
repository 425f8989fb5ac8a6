import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import { codeOf } from "../../support/file_state.ts";
import { homeDirectory } from "../../support/home_directory.ts";

/** The absolute form of a path as a model writes it: from `cwd`, with `~` for the home directory. */
export function absolutePath(cwd: string, path: string): string {
  if (path !== "~" && !path.startsWith("~/")) return resolve(cwd, path);
  return join(homeDirectory(process.env), path.slice(1));
}

/**
 * Where a read or write of `path` ends up: all symbolic links followed, those to nothing yet included, so that two
 * names of one file give one answer. Rejects with what the system says of a loop or of a part that is no directory.
 */
export async function realTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
  }
  const link = await lstat(path).then((entry) => entry.isSymbolicLink(), () => false);
  if (link) return await realTarget(resolve(dirname(path), await readlink(path)));
  return join(await realTarget(dirname(path)), basename(path));
}

/** Whether the system says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}
