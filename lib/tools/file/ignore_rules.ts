import { Buffer } from "node:buffer";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gitSettings } from "./git_settings.ts";
import { readText } from "../../support/read_chunks.ts";
import { type WildPath, wildPath } from "./wild_path.ts";

/** The rules of one file of rules, for what lies below a directory. */
export interface IgnoreRules {
  readonly directory: string;
  /** The more important one last. */
  readonly patterns: readonly WildPath[];
  /** Those of the same repository that are less important. */
  readonly above: IgnoreRules | null;
  readonly ignoresCase: boolean;
}

/** What is longer than any path matches none. */
const MAX_LINE_CHARS = 10_000;

/** The rules that a git work tree has for `directory` from above; none when it ignores the directory itself. */
export async function ignoreRulesAbove(directory: string, signal: AbortSignal): Promise<IgnoreRules | null> {
  const parents = await parentsInWorkTree(directory);
  let rules: IgnoreRules | null = null;
  for (const parent of parents) rules = await withRulesOf(parent, rules, signal);
  return [...parents.slice(1), directory].some((path) => isIgnored(rules, `${path}/`)) ? null : rules;
}

/** `above` and the rules of the directory itself, if it has any; in a repository of its own only those of that. */
export async function withRulesOf(
  directory: string,
  above: IgnoreRules | null,
  signal: AbortSignal,
): Promise<IgnoreRules | null> {
  const isRepository = await exists(join(directory, ".git"));
  let rules = isRepository ? await repositoryRules(directory, signal) : above;
  const file = join(directory, ".gitignore");
  const entry = await lstat(file).catch(() => null); // git follows no link there
  if (entry?.isFile()) rules = rulesIn(await readText(file, signal), directory, rules);
  return rules;
}

/** What the last rule of the innermost file that knows the path says; the path of a directory ends with a slash. */
export function isIgnored(rules: IgnoreRules | null, path: string): boolean {
  const isDirectory = path.endsWith("/");
  const whole = isDirectory ? path.slice(0, -1) : path;
  for (let each = rules; each !== null; each = each.above) {
    const { directory, patterns, ignoresCase } = each;
    const below = directory === "/" ? "/" : `${directory}/`;
    if (!whole.startsWith(below)) continue;
    const names = asGitReads(whole.slice(below.length), ignoresCase).split("/");
    const last = patterns.findLast((pattern) =>
      (isDirectory || !pattern.isForDirectories) && pattern.matches(names)
    );
    if (last !== undefined) return !last.isNegated;
  }
  return false;
}

async function repositoryRules(root: string, signal: AbortSignal): Promise<IgnoreRules> {
  const { excludeFiles, ignoresCase } = await gitSettings(root, signal);
  let rules: IgnoreRules = { directory: root, patterns: [], above: null, ignoresCase };
  for (const file of excludeFiles) rules = rulesIn(await readText(file, signal), root, rules);
  return rules;
}

function rulesIn(text: string, directory: string, above: IgnoreRules | null): IgnoreRules {
  const ignoresCase = above?.ignoresCase ?? false;
  const lines = text.replace(/^\ufeff/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  const patterns = lines
    .filter((line) => line !== "" && line.length <= MAX_LINE_CHARS && !line.startsWith("#"))
    .map((line) => wildPath(asGitReads(withoutBlanks(line), ignoresCase)));
  return { directory, patterns, above, ignoresCase };
}

/** Without the blanks at the end that are not escaped. */
function withoutBlanks(line: string): string {
  const [kept = ""] = /^(?:\\.?|[^\\ ]| +(?=[^ ]))*/s.exec(line) ?? [];
  return kept;
}

/** Byte by byte: its "?" stands for one byte. */
function asGitReads(text: string, ignoresCase: boolean): string {
  const bytes = Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString("latin1");
  return ignoresCase ? bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : bytes;
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
  return await lstat(path).then(() => true, () => false);
}
