import type { Arguments } from "../arguments.ts";
import type { Invocation } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { pathsOf, type Rule, type Scene } from "./rule.ts";

const FORCES = "overwrites or deletes what is on a git server";
const DISCARDS = "discards work in git that may stand nowhere else";
const RUNS = "lets git run a program by itself";
const SENDS = "sends something to others";

type Test = (args: Arguments) => boolean;

const FORCED: Readonly<Record<string, Test>> = {
  push: (args) =>
    args.has("fd") || args.hasLong("force", "force-with-lease", "mirror", "delete", "prune") ||
    args.operands.some((word) => /^\+|^:./.test(word)),
  lfs: (args) => args.hasWord("prune") && !args.isDry("d"),
  svn: (args) => args.hasWord("dcommit", "reset"),
  p4: (args) => args.hasWord("submit"),
};

const DISCARDED: Readonly<Record<string, Test>> = {
  reset: (args) => args.hasLong("hard", "merge", "keep"),
  clean: (args) => args.has("f") || args.hasLong("force"),
  checkout: (args) => args.has("f") || args.hasLong("force", "ours", "theirs") || args.hasWord("--", "."),
  switch: (args) => args.has("fC") || args.hasLong("discard-changes", "force", "force-create"),
  restore: (args) => !(args.has("S") || args.hasLong("staged")) || args.has("W") || args.hasLong("worktree"),
  branch: (args) =>
    args.has("DMC") || (args.has("df") && args.has("f")) || (args.hasLong("delete") && args.hasLong("force")),
  tag: (args) => args.has("d") || args.hasLong("delete"),
  rm: (args) => args.has("rf") && !args.hasLong("cached") || args.hasLong("force"),
  stash: (args) => args.hasWord("drop", "clear"),
  worktree: (args) => args.hasWord("remove") && (args.has("f") || args.hasLong("force")),
  reflog: (args) => args.hasWord("expire", "delete"),
  gc: (args) => args.hasLong("prune") || args.hasLong("aggressive") && args.hasLong("force"),
  prune: () => true,
  repack: (args) =>
    args.has("adA") && args.hasLong("unpack-unreachable") ||
    (args.has("a") && args.has("d") && args.has("f")),
  "update-ref": (args) => args.has("d") || args.hasLong("stdin"),
  "symbolic-ref": (args) => args.has("d") || args.hasLong("delete"),
  "filter-branch": () => true,
  "filter-repo": () => true,
  replace: (args) => args.has("df"),
  notes: (args) => args.hasWord("remove", "prune"),
  bisect: (args) => args.hasWord("reset") && args.operands.length > 2,
  submodule: (args) => args.hasWord("deinit") && (args.has("f") || args.hasLong("force", "all")),
  "sparse-checkout": () => false,
  "read-tree": (args) => args.hasLong("reset") || args.has("u"),
  "fast-import": (args) => args.hasLong("force"),
  "checkout-index": (args) => args.has("f") || args.hasLong("force"),
  rebase: (args) => args.hasLong("root") && args.has("f"),
  "multi-pack-index": (args) => args.hasWord("expire"),
  maintenance: (args) => args.hasWord("unregister") && args.hasLong("force"),
  absorb: () => false,
  annex: (args) => args.hasWord("drop", "dropunused", "uninit", "dead"),
  obliterate: () => true,
  "delete-branch": () => true,
  "delete-merged-branches": () => true,
  "delete-squashed-branches": () => true,
  "delete-tag": () => true,
  "delete-submodule": () => true,
  undo: (args) => args.has("h"),
  "reset-file": () => true,
  "force-clone": () => true,
  "clear": () => true,
  "clear-soft": () => true,
  "abort": () => true,
};

/** Settings that name a program which git runs, or where its hooks are. */
const RUN_SETTINGS =
  /^(core\.(pager|editor|sshcommand|fsmonitor|hookspath|askpass|gitproxy|alternaterefscommand|attributesfile)|alias\.|pager\.|sequence\.editor|credential\.(.*\.)?helper|gpg\.(.*\.)?program|diff\.(external|.*\.(command|textconv))|(diff|merge)tool\..*\.(cmd|path)|merge\..*\.driver|filter\..*\.(clean|smudge|process)|init\.templatedir|include(if\..*)?\.path|web\.browser|browser\..*\.cmd|man\..*\.cmd|remote\..*\.(vcs|uploadpack|receivepack|proxy)|url\..*|uploadpack\.packobjectshook|sendemail\..*cmd|interactive\.difffilter|trailer\..*\.(command|cmd)|protocol\..*|safe\.directory|submodule\..*\.update|http\.(sslverify|.*\.sslverify|proxy)|tar\..*\.command|instaweb\..*|guitool\..*)/i;
/** Editors and such that people name in their configuration. */
const TOOLS =
  /^("?)(vim?|nvim|nano|emacs|code|codium|cursor|subl|atom|micro|hx|gedit|kate|notepad(\+\+)?|zed|pico|joe|true|:|cache|store|osxkeychain|manager(-core)?|libsecret|wincred|meld|vimdiff|vscode)( -{1,2}[\w-]+)*\1$/;

/** The options of git itself that have a value of their own. */
const VALUED = new Set([
  "-C",
  "-c",
  "--git-dir",
  "--work-tree",
  "--namespace",
  "--exec-path",
  "--config-env",
  "--super-prefix",
]);

/** Why a git command asks. */
export const gitRisk: Rule = (all, invocation, scene) => {
  const at = verbIndex(all.words);
  const verb = all.words[at] ?? "";
  const args = all.behind(at + 1);
  const isDry = all.isDryRun || args.isDry(/^(clean|push|rm|prune)$/.test(verb) ? "n" : "");
  if (verb === "config") return configRisk(args);
  if (verb === "send-email" || verb === "request-pull" && args.has("p")) return SENDS;
  if (
    args.hasLong("upload-pack", "receive-pack", "exec") || args.operands.some((word) => /^ext::/.test(word))
  ) return RUNS;
  if (isDry) return null;
  if (applies(FORCED, verb, args)) return FORCES;
  if (applies(DISCARDED, verb, args)) return DISCARDS;
  return verb === "checkout" && checksOutFile(args, invocation, scene) ? DISCARDS : null;
};

function configRisk(args: Arguments): Risk | null {
  if (
    args.hasLong("get", "get-all", "list", "get-regexp", "unset", "unset-all", "remove-section") ||
    args.has("l")
  ) return null;
  if (args.has("e") || args.hasLong("edit")) return null;
  const words = args.operands.filter((word) => word !== "set" && word !== "add");
  const at = words.findIndex((word) => RUN_SETTINGS.test(word));
  const [name = "", value] = at < 0 ? [] : words.slice(at);
  if (at < 0 || value === undefined || words[0] === "get" || words[0] === "unset") return null;
  if (/^alias\./i.test(name) && !value.startsWith("!")) return null;
  if (/^core\.pager|^pager\./i.test(name)) return RUNS;
  return TOOLS.test(value) || value === "" ? null : RUNS;
}

/** `git checkout NAME` of a file, not a branch: or one behind a commit. */
function checksOutFile(args: Arguments, invocation: Invocation, { facts }: Scene): boolean {
  if (args.has("bBt") || args.hasLong("orphan", "track", "detach")) return false;
  const words = invocation.args.filter(({ text }) => !text.startsWith("-")).slice(-1);
  return args.operands.length > 1 ||
    words.some((word) => pathsOf(word, invocation).some((path) => facts.isOld(path)));
}

function applies(rules: Readonly<Record<string, Test>>, verb: string, args: Arguments): boolean {
  return Object.hasOwn(rules, verb) && rules[verb]?.(args) === true;
}

function verbIndex(words: readonly string[]): number {
  const index = words.findIndex((word, at) => !word.startsWith("-") && !VALUED.has(words[at - 1] ?? ""));
  return index < 0 ? words.length : index;
}
