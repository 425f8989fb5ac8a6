import ignore, { type Ignore } from "ignore";
import { access, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The rules of one .gitignore file, for what lies below its directory. */
export interface IgnoreRules {
  readonly directory: string;
  readonly matcher: Ignore;
}

/** The rules, outermost first, that a git work tree has for `directory`; none when it ignores the directory itself. */
export async function ignoreRulesAbove(directory: string): Promise<readonly IgnoreRules[]> {
  const parents = await parentsInWorkTree(directory);
  let rules: readonly IgnoreRules[] = [];
  for (const parent of parents) rules = await withRulesOf(parent, rules);
  const inner = [...parents.slice(1), directory];
  return inner.some((path) => isIgnored(rules, `${path}/`)) ? [] : rules;
}

/** `above` and the rules of the directory itself, if it has any. */
export async function withRulesOf(
  directory: string,
  above: readonly IgnoreRules[],
): Promise<readonly IgnoreRules[]> {
  const text = await readFile(join(directory, ".gitignore"), "utf8").catch(() => null);
  return text === null ? above : [...above, { directory, matcher: ignore().add(text) }];
}

/** What the innermost rule that knows the path says; the path of a directory ends with a slash. */
export function isIgnored(rules: readonly IgnoreRules[], path: string): boolean {
  for (const { directory, matcher } of rules.toReversed()) {
    if (!path.startsWith(`${directory}/`) || path.length === directory.length + 1) continue;
    const verdict = matcher.test(path.slice(directory.length + 1));
    if (verdict.ignored || verdict.unignored) return verdict.ignored;
  }
  return false;
}

/** From the top of the work tree down to the parent of `directory`; empty outside of one, or at its top. */
async function parentsInWorkTree(directory: string): Promise<string[]> {
  const below: string[] = [];
  for (let at = directory; !await exists(join(at, ".git")); at = dirname(at)) {
    if (at === dirname(at)) return [];
    below.unshift(dirname(at));
  }
  return below;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false);
}
