import type { Arguments } from "./arguments.ts";
import type { Risk } from "./risk.ts";

const FORCES = "overwrites or deletes what is on a git server";
const DISCARDS = "discards work in git that may stand nowhere else";

type Rule = (args: Arguments) => boolean;

const FORCED: Readonly<Record<string, Rule>> = {
  push: (args) =>
    args.has("fd") || args.hasLong("force", "force-with-lease", "mirror", "delete", "prune") ||
    args.operands.some((word) => /^\+|^:./.test(word)),
};

const DISCARDED: Readonly<Record<string, Rule>> = {
  reset: (args) => args.hasLong("hard", "merge", "keep"),
  clean: (args) => args.has("f") || args.hasLong("force"),
  checkout: (args) => args.has("f") || args.hasLong("force") || args.hasWord("--", "."),
  switch: (args) => args.has("f") || args.hasLong("discard-changes", "force"),
  restore: (args) => !args.hasLong("staged") || args.hasLong("worktree"),
  branch: (args) => args.has("D") || (args.has("d") && args.has("f")),
  tag: (args) => args.has("d") || args.hasLong("delete"),
  rm: (args) => args.has("rf") && !args.hasLong("cached"),
  stash: (args) => args.hasWord("drop", "clear"),
  worktree: (args) => args.hasWord("remove") && (args.has("f") || args.hasLong("force")),
  reflog: (args) => args.hasWord("expire", "delete"),
  gc: (args) => args.hasLong("prune"),
  "update-ref": (args) => args.has("d"),
  "filter-branch": () => true,
  "filter-repo": () => true,
};

/** The options of git itself that have a value of their own. */
const VALUED = new Set(["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"]);

/** Why a git command asks; `args` are all that stand behind `git`. */
export function gitRisk(args: Arguments): Risk | null {
  const verb = verbOf(args.words);
  if (applies(FORCED, verb, args)) return FORCES;
  return applies(DISCARDED, verb, args) ? DISCARDS : null;
}

function applies(rules: Readonly<Record<string, Rule>>, verb: string, args: Arguments): boolean {
  return Object.hasOwn(rules, verb) && rules[verb]?.(args) === true;
}

function verbOf(words: readonly string[]): string {
  const index = words.findIndex((word, at) => !word.startsWith("-") && !VALUED.has(words[at - 1] ?? ""));
  return index < 0 ? "" : words[index] ?? "";
}
