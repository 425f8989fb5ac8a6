import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { orAborted } from "../../support/or_aborted.ts";
import { type IgnoreRules, ignoreRulesAbove, isIgnored, withRulesOf } from "./ignore_rules.ts";

/** Directories that nobody means when searching; a search that begins inside one sees it. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules"]);
/** What the system makes up as it is read, some of it without an end. */
const MADE_UP: ReadonlySet<string> = new Set(["/dev", "/proc", "/sys"]);
/** How long a walk keeps the thread to itself. */
const AT_ONCE_MS = 20;

/**
 * The files below a directory, absolute, in the order of their names; not those that git ignores, nor symbolic links.
 * A directory that cannot be read counts as empty. Lets others have the thread now and then. Rejects with the signal's
 * reason.
 */
export async function* walk(directory: string, signal: AbortSignal): AsyncGenerator<string> {
  let since = performance.now();
  for await (const path of descend(directory, await ignoreRulesAbove(directory, signal), signal)) {
    if (performance.now() - since > AT_ONCE_MS) {
      await nextTurn();
      signal.throwIfAborted();
      since = performance.now();
    }
    if (path !== null) yield path;
  }
}

/** Null for what is passed over. */
async function* descend(
  directory: string,
  above: IgnoreRules | null,
  signal: AbortSignal,
): AsyncGenerator<string | null> {
  signal.throwIfAborted();
  const rules = await withRulesOf(directory, above, signal);
  const entries = await orAborted(readdir(directory, { withFileTypes: true }), signal).catch(() => []);
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(directory, entry.name);
    if (entry.isFile() && !isIgnored(rules, path)) yield path;
    else if (!entry.isDirectory() || isPassedOver(path, entry.name) || isIgnored(rules, `${path}/`)) {
      yield null;
    } else yield* descend(path, rules, signal);
  }
}

function isPassedOver(path: string, name: string): boolean {
  return SKIPPED.has(name) || MADE_UP.has(path);
}
