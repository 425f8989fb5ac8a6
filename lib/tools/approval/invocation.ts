import type { Word, WordPart } from "unbash";

/** One word of a command line after quotes and backslashes are taken away. */
export interface ShellWord {
  readonly text: string;
  /** Whether the shell hands the word on as it is: nothing in it is only known when it runs. */
  readonly isStatic: boolean;
  /** It may become several words, or none. */
  readonly isSplit: boolean;
  /** Some of it is what another command prints. */
  readonly isComputed: boolean;
}

/** One program that a command line starts. */
export interface Invocation {
  /** Its name without the directory; null when that is only known when it runs. */
  readonly name: string | null;
  readonly args: readonly ShellWord[];
  /** More arguments come from its input (xargs). */
  readonly takesMore: boolean;
  /** It may be a mere argument of the program that stands before it. */
  readonly isGuess: boolean;
  /** What it reads on standard input, a text of the line itself or, not static, what something else writes. */
  readonly input: Pick<ShellWord, "text" | "isStatic"> | null;
}

/** What a word says as far as it is known before it runs; `~` and `$HOME` are `home`. */
export function shellWord(word: Word, home: string): ShellWord {
  const parts = word.parts ?? [];
  const text = parts.length === 0 ? word.value : parts.map((part) => textOf(part, home)).join("");
  return {
    text: text.replace(/^~(?=\/|$)/, home),
    isStatic: parts.every((part) => isStatic(part)),
    isSplit: parts.some((part) => SPLIT.has(part.type) && homeOf(part, home) === null),
    isComputed: parts.some(isComputed),
  };
}

/** A word that is known already. */
export function plainWord(text: string): ShellWord {
  return { text, isStatic: true, isSplit: false, isComputed: false };
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const SPLIT: ReadonlySet<WordPart["type"]> = new Set([
  "SimpleExpansion",
  "ParameterExpansion",
  "CommandExpansion",
  "BraceExpansion",
]);
const KNOWN: ReadonlySet<WordPart["type"]> = new Set([
  "Literal",
  "SingleQuoted",
  "AnsiCQuoted",
  "Glob",
  "ExtendedGlob",
]);

function isStatic(part: WordPart): boolean {
  if (part.type === "DoubleQuoted" || part.type === "LocaleString") return part.parts.every(isStatic);
  return KNOWN.has(part.type) || isHome(part);
}

function isComputed(part: WordPart): boolean {
  if (part.type === "DoubleQuoted" || part.type === "LocaleString") return part.parts.some(isComputed);
  return part.type === "CommandExpansion" || part.type === "ProcessSubstitution";
}

function textOf(part: WordPart, home: string): string {
  if (part.type === "DoubleQuoted" || part.type === "LocaleString") {
    return part.parts.map((inner) => textOf(inner, home)).join("");
  }
  return homeOf(part, home) ?? ("value" in part ? part.value : part.text);
}

function homeOf(part: WordPart, home: string): string | null {
  return isHome(part) ? home : null;
}

function isHome({ type, text }: WordPart): boolean {
  return (type === "SimpleExpansion" && text === "$HOME") ||
    (type === "ParameterExpansion" && text === "${HOME}");
}
