import { opendir, readlink, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isPattern, nameMatches } from "./glob.ts";

/** How many names of directories one pattern is compared with, and how many paths it is followed to. */
const MAX_NAMES = 1000;
const MAX_PATHS = 32;
/** How many links that lead nowhere are followed. */
const MAX_LINKS = 8;

/**
 * What an absolute path means by what is there now: its pattern filled in and its links followed, those too that lead
 * to what is not there yet. What it means without all that is left out.
 */
export async function meaningsOf(path: string): Promise<readonly string[]> {
  const found = isPattern(path) ? await filledIn(path) : [path];
  const real = await Promise.all(found.map((each) => followed(each, MAX_LINKS)));
  return [...new Set([...found, ...real])].filter((each) => each !== path);
}

/** The paths that a pattern means. */
async function filledIn(pattern: string): Promise<readonly string[]> {
  const names = pattern.split("/");
  const left = { names: MAX_NAMES };
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
  left: { names: number },
): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await opendir(dir).catch(() => null);
  if (entries === null) return found;
  for await (const { name } of entries) {
    if (left.names-- <= 0) break;
    if (nameMatches(pattern, name)) found.push(name);
  }
  return found;
}

/** A path without links, as far as it is there. */
async function followed(path: string, links: number): Promise<string> {
  const real = await realpath(path).catch(() => null);
  if (real !== null) return real;
  const parent = dirname(path);
  if (parent === path) return path;
  const target = links > 0 ? await readlink(path).catch(() => null) : null;
  if (target !== null) return await followed(resolve(await followed(parent, links - 1), target), links - 1);
  return join(await followed(parent, links), path.slice(path.lastIndexOf("/") + 1));
}
