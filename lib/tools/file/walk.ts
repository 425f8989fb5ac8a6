import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type IgnoreRules, ignoreRulesAbove, isIgnored, withRulesOf } from "./ignore_rules.ts";

/** Directories that nobody means when searching; a search that begins inside one sees it. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules"]);

/**
 * The files below a directory, absolute, in the order of their names; not those that .gitignore files name, nor
 * symbolic links. A directory that cannot be read counts as empty. Rejects with the signal's reason.
 */
export async function* walk(directory: string, signal: AbortSignal): AsyncGenerator<string> {
  yield* descend(directory, await ignoreRulesAbove(directory), signal);
}

async function* descend(
  directory: string,
  above: readonly IgnoreRules[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  const rules = await withRulesOf(directory, above);
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(directory, entry.name);
    if (entry.isFile() && !isIgnored(rules, path)) yield path;
    if (!entry.isDirectory() || SKIPPED.has(entry.name) || isIgnored(rules, `${path}/`)) continue;
    yield* descend(path, rules, signal);
  }
}
