import { opendir, readlink, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isPattern, nameMatches } from "./glob.ts";

/** How many paths a pattern is followed to. */
const MAX_PATHS = 32;
/** How many links that lead nowhere are followed. */
const MAX_LINKS = 8;
/** Below so many directories that are not there nothing is written. */
const MAX_MISSING = 40;

/** How many more names of directories are compared. */
export interface NamesLeft {
  names: number;
}

/**
 * What an absolute path means by what is there now: its pattern filled in and its links followed, those too that lead
 * to what is not there yet. What it means without all that is left out.
 */
export async function meaningsOf(path: string, left: NamesLeft): Promise<readonly string[]> {
  const found = isPattern(path) ? await filledIn(path, left) : [path];
  const real = await Promise.all(found.map((each) => followed(each, MAX_LINKS)));
  return [...new Set([...found, ...real])].filter((each) => each !== path);
}

/** The paths that a pattern means. */
async function filledIn(pattern: string, left: NamesLeft): Promise<readonly string[]> {
  const names = pattern.split("/");
  let paths: readonly string[] = ["/"];
  for (const [index, name] of names.entries()) {
    if (name === "") continue;
    if (!isPattern(name)) {
      paths = paths.map((path) => `${path}${path.endsWith("/") ? "" : "/"}${name}`);
      continue;
    }
    const found: string[] = [];
    for (const path of paths) {
      for (const each of await namesIn(path, name, left)) found.push(join(path, each));
    }
    paths = found.slice(0, MAX_PATHS);
    if (paths.length === 0 || index === names.length - 1) break;
  }
  return paths;
}

async function namesIn(
  dir: string,
  pattern: string,
  left: NamesLeft,
): Promise<readonly string[]> {
  const found: string[] = [];
  if (left.names <= 0) return found;
  const entries = await opendir(dir).catch(() => null);
  if (entries === null) return found;
  for await (const { name } of entries) {
    if (left.names-- <= 0) break;
    if (nameMatches(pattern, name)) found.push(name);
  }
  return found;
}

/** A path without links, as far as it is there. */
async function followed(path: string, links: number, depth = 0): Promise<string> {
  const real = await realpath(path).catch(() => null);
  if (real !== null) return real;
  const parent = dirname(path);
  if (parent === path || depth > MAX_MISSING) return path;
  const target = links > 0 ? await readlink(path).catch(() => null) : null;
  if (target !== null) return await followed(resolve(await followed(parent, links - 1), target), links - 1);
  return join(await followed(parent, links, depth + 1), path.slice(path.lastIndexOf("/") + 1));
}
