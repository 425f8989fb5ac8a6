import type { Arguments } from "../arguments.ts";
import { type Invocation, plainWord, type ShellWord } from "../invocation.ts";
import { wipesAny } from "../losses.ts";
import { writeRisk } from "../path_risks.ts";
import { type Risk, WIPES } from "../risk.ts";
import { loses, operandWords, writesTo } from "./outputs.ts";
import {
  always,
  DELETES,
  each,
  first,
  OVERWRITES,
  pathsOf,
  type Rule,
  type Rules,
  type Scene,
  when,
} from "./rule.ts";

const LATER = "deletes files that are only known when it runs";
const FOR_GOOD = "destroys files for good";
const FOUND = "deletes all files that it finds";
const AT_TARGET = "deletes files at the target of a copy";

function rmRisk(args: Arguments, invocation: Invocation, scene: Scene): Risk | null {
  const words = operandWords(invocation);
  if (args.has("rR") || args.hasLong("recursive", "no-preserve-root") || args.hasFlag("-recurse")) {
    return wipesAny(words, invocation, scene) ?? DELETES;
  }
  const isOpen = invocation.takesMore ||
    invocation.args.some(({ isSplit, isComputed }) => isSplit || isComputed);
  return isOpen ? LATER : loses(words, invocation, scene, "deletes");
}

function findRisk(args: Arguments, invocation: Invocation, scene: Scene): Risk | null {
  const printed = args.valueOf("-fprint", "-fprint0", "-fls", "-fprintf");
  if (!args.hasWord("-delete")) {
    return printed === undefined ? null : loses([plainWord(printed)], invocation, scene);
  }
  const start = invocation.args.findIndex(({ text }) => /^[-(!]/.test(text));
  const hasTest = args.words.some((word) =>
    /^-(i?name|path|i?regex|[acm](time|min)|newer|size|type|empty|user)/.test(word)
  );
  const roots = invocation.args.slice(0, Math.max(0, start));
  return (hasTest ? null : wipesAny(roots, invocation, scene)) ?? FOUND;
}

/** What is moved away, and what is there already at the target. */
function mvRisk(args: Arguments, invocation: Invocation, scene: Scene): Risk | null {
  const words = operandWords(invocation);
  const wiped = wipesAny(words.slice(0, -1), invocation, scene);
  if (wiped !== null) return wiped;
  if (words.at(-1)?.text === "/dev/null") return DELETES;
  return copyRisk(args, invocation, scene) ?? movedRisk(words.slice(0, -1), invocation, scene);
}

/** Something that the system or a shell acts on goes away. */
function movedRisk(words: readonly ShellWord[], invocation: Invocation, scene: Scene): Risk | null {
  for (const path of words.flatMap((word) => pathsOf(word, invocation))) {
    const risk = writeRisk(path, "/", scene.ground);
    if (risk !== null) return risk;
  }
  return null;
}

/** The last of `-i`, `-n` and `-f` counts, so `-n` with `-f` is not sure; of ln, `-n` is something else. */
function keepsTarget(args: Arguments, { name }: Invocation): boolean {
  if (/^(none|off)$/.test(args.valueOf("--backup") ?? "")) return false;
  return args.has("b") || args.hasLong("backup") ||
    (args.has("n") && name !== "ln" || args.hasLong("no-clobber")) && !args.has("f") &&
      !args.hasLong("force");
}

function copyRisk(args: Arguments, invocation: Invocation, scene: Scene): Risk | null {
  if (keepsTarget(args, invocation)) return null;
  const words = operandWords(invocation);
  const into = args.valueOf("-t", "--target-directory");
  const target = into === undefined ? words.at(-1) : plainWord(into);
  if (target === undefined || (words.length < 2 && into === undefined)) return null;
  const inside = words.slice(0, into === undefined ? -1 : undefined).map((word) => ({
    ...word,
    text: `${target.text}/${word.text.slice(word.text.lastIndexOf("/") + 1)}`,
    isStatic: word.isStatic && target.isStatic,
  }));
  return loses([target, ...inside].filter(({ text }) => !/[*?]/.test(text)), invocation, scene);
}

/** What a copy from or to another machine overwrites here. */
function fetchRisk(args: Arguments, invocation: Invocation, scene: Scene): Risk | null {
  const given = invocation.args.filter((_, index) =>
    !/^-[a-zA-Z]*[iePFocJSl]$|^--(rsh|(ex|in)clude(-from)?|filter)$/.test(args.words[index - 1] ?? "")
  );
  const isRemote = /^[^/]*:/.test(operandWords({ args: given }).at(-1)?.text ?? "");
  const named = given.map((word) => ({ ...word, text: word.text.replace(/^[\w.@-]+:/, "") }));
  return isRemote ? null : copyRisk(args, { ...invocation, args: named }, scene);
}

function ddRisk(args: Arguments, invocation: Invocation, scene: Scene): Risk | null {
  const target = args.words.find((word) => word.startsWith("of="))?.slice(3);
  return target === undefined ? null : loses([plainWord(target)], invocation, scene);
}

const teeRisk: Rule = (args, invocation, scene) =>
  args.has("a") || args.hasLong("append") ? null : loses(operandWords(invocation), invocation, scene);

/** What deletes, empties and overwrites files. */
export const DELETIONS: Rules = {
  rm: rmRisk,
  ...each(
    "del erase rd remove-item ri",
    (args, invocation, scene) => rmRisk(args, invocation, scene) ?? DELETES,
  ),
  ...each("rimraf del-cli trash trash-put trash-empty rmtrash gio-trash", always(DELETES)),
  gio: when(DELETES, (args) => /^(trash|remove)$/.test(args.verb) && !args.hasLong("list")),
  ...each("find fd", findRisk),
  ...each("shred srm wipe scrub nwipe sfill sdmem bleachbit", (_, invocation, scene) => {
    const risk = loses(operandWords(invocation), invocation, scene);
    return risk === WIPES ? risk : FOR_GOOD;
  }),
  mv: mvRisk,
  ...each("cp install", copyRisk),
  ln: (args, invocation, scene) =>
    args.has("f") || args.hasLong("force") ? copyRisk(args, invocation, scene) : null,
  dd: ddRisk,
  ...each("dcfldd dc3dd ddrescue", ddRisk),
  tee: teeRisk,
  sponge: teeRisk,
  truncate: (_, invocation, scene) =>
    invocation.takesMore ? LATER : loses(operandWords(invocation), invocation, scene, "deletes"),
  wget: writesTo("-O", "--output-document"),
  fallocate: (args, invocation, scene) =>
    args.has("pcz") || args.hasLong("punch-hole", "collapse-range", "zero-range")
      ? loses(operandWords(invocation), invocation, scene)
      : null,
  rsync: first(
    when(
      AT_TARGET,
      (args) => args.words.some((word) => /^--(del|remove-s)/.test(word)) && !args.isDry("n"),
    ),
    fetchRisk,
  ),
  scp: fetchRisk,
  robocopy: when(AT_TARGET, (args) => args.words.some((word) => /^\/(mir|purge|move)$/i.test(word))),
  lftp: when(AT_TARGET, (args) => args.words.some((word) => /mirror.*--delete|\brm -r/.test(word))),
  ...each(
    "rename prename mmv",
    when(OVERWRITES, (args, { name }) => args.has(name === "mmv" ? "do" : "f") || args.hasLong("force")),
  ),
  ...each(
    "fdupes jdupes rmlint rdfind",
    when(FOUND, (args) => args.has("dN") || args.hasLong("delete") || args.hasWord("-deleteduplicates")),
  ),
  ...each("tmpwatch tmpreaper", always(FOUND)),
  unison: when(AT_TARGET, (args) => args.hasWord("-force")),
  fstrim: always("discards what a disk holds"),
};
