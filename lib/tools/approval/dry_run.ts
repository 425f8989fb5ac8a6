import type { ShellWord } from "./invocation.ts";

/** How a program takes its options. */
export interface Reading {
  /** It finds them behind its operands too, whatever the system and its environment. */
  readonly permutes: boolean;
  /** More arguments come from its input. */
  readonly takesMore: boolean;
}

/** How programs call a run in which nothing happens. */
const NAMES =
  /^--(dry-?run|what-?if|simulate|just-print|recon|no-act|no-action|explain|list-only|plan-only|check-only)(?:=(.*))?$|^-WhatIf$/;
const UNDONE = /^(false|f|none|no|n|off|0|null)$/i;
/** What may be meant by `--no-X`, shortened too as getopt_long(3) takes it. */
const UNDOES = /^--no-(?:d(?:r(?:y(?:-(?:r(?:un?)?)?)?)?)?|dryrun|n|simulate|just-print|what-?if)(?:=|$)/;
/** Options that take the next word, whatever it looks like. */
const VALUED =
  /^(-[^-]*[eo]|-m|--(exclude|include|filter|push-option|receive-pack|exec|repo|rsh|rsync-path|files-from|log-file|temp-dir|backup-dir|suffix|partial-dir|tag|message|description|output|otp|registry|namespace|selector|context|cluster|user))$/;

/**
 * Whether a program is told only to say what it would do: by an option of several letters, or by one of `letters`, that
 * is surely read as one and that nothing takes back.
 */
export function saysWhatItWould(words: readonly ShellWord[], reading: Reading, letters = ""): boolean {
  if (reading.takesMore || words.some(mayBeAnOption)) return false;
  const options = beforeEnd(words);
  if (options.some(({ text }, at) => UNDOES.test(text) || isUndone(text, options[at + 1]?.text))) {
    return false;
  }
  const isLetter = new RegExp(`^-[^-eo]*[${letters || "\\0"}]`);
  return options.some(({ text }, at) => {
    const isMeant = NAMES.test(text) || isLetter.test(text);
    return isMeant && !VALUED.test(options[at - 1]?.text ?? "") && isReached(options, at, reading);
  });
}

/** They are part of shells, read no `--help` or act on what stands before it. */
const UNHELPFUL = new Set(
  "kill test [ [[ echo printf eval exec source . trap command builtin true false :".split(" "),
);

/** Whether a program is surely told only to say how it is used, or which version it is. */
export function saysHowItIsUsed(name: string | null, words: readonly ShellWord[], reading: Reading): boolean {
  if (name === null || UNHELPFUL.has(name) || reading.takesMore) return false;
  const [first] = words;
  if (words.length === 1) return first?.isStatic === true && /^--(help|version)$/.test(first.text);
  if (words.some(({ text, isStatic }) => !isStatic || text === "--" || /[*?[]/.test(text))) return false;
  const at = words.findIndex(({ text }) => text === "--help");
  return at >= 0 && !(at > 0 && words[at - 1]?.text.startsWith("-")) && isReached(words, at, reading);
}

/** Nobody knows whether it ends the options, or takes one back. */
function mayBeAnOption({ isStatic, isComputed, likely, text }: ShellWord): boolean {
  return !isStatic && (likely.startsWith("-") || isComputed && /^[$`]/.test(text));
}

function beforeEnd(words: readonly ShellWord[]): readonly ShellWord[] {
  const end = words.findIndex(({ text }) => text === "--");
  return end < 0 ? words : words.slice(0, end);
}

function isUndone(option: string, next: string | undefined): boolean {
  const found = NAMES.exec(option);
  return found !== null && UNDONE.test(found[2] ?? next ?? "");
}

/** Where options end at the first operand, what stands behind it is one itself. */
function isReached(words: readonly ShellWord[], at: number, { permutes }: Reading): boolean {
  return permutes || words.slice(0, at).every(({ text }) => /^-./.test(text));
}
