import type { ParameterExpansionPart, ParsedScript, Word, WordPart } from "unbash";
import type { Scope } from "./scope.ts";

/** One word of a command line after quotes and backslashes are taken away. */
export interface ShellWord {
  readonly text: string;
  /**
   * The same as it is most likely: what the environment sets is empty or its default, and what nobody knows is
   * {@linkcode UNKNOWN_TEXT}.
   */
  readonly likely: string;
  /** Whether the shell hands the word on as it is: nothing in it is only known when it runs. */
  readonly isStatic: boolean;
  /** It may become several words, or none. */
  readonly isSplit: boolean;
  /** Some of it is what another command prints. */
  readonly isComputed: boolean;
}

/** Stands in {@linkcode ShellWord.likely} for what is only known when it runs. */
export const UNKNOWN_TEXT = "\0";

/** One program that a command line starts. */
export interface Invocation {
  /** Its name without the directory; null when that is only known when it runs. */
  readonly name: string | null;
  /** As it was called, with the directory. */
  readonly path: string;
  readonly args: readonly ShellWord[];
  /** More arguments come from its input (xargs). */
  readonly takesMore: boolean;
  /** It may be a mere argument of the program that stands before it. */
  readonly isGuess: boolean;
  /** What it reads on standard input, a text of the line itself or, not static, what something else writes. */
  readonly input: Pick<ShellWord, "text" | "isStatic"> | null;
  /** Where it may run, absolute. */
  readonly dirs: readonly string[];
}

/** What a word says as far as it is known before it runs: one word, or those that the shell makes of it. */
export function shellWords(word: Word, scope: Scope): readonly ShellWord[] {
  const [part, ...others] = word.parts ?? [];
  if (part !== undefined && others.length === 0) {
    const several = wordsOfPart(part, scope);
    if (several !== null) return several.map(plainWord);
  }
  return bracedWords(word, scope) ?? [shellWord(word, scope)];
}

/** `{a,b}.ts` is `a.ts b.ts`. */
function bracedWords(word: Word, scope: Scope): readonly ShellWord[] | null {
  const parts = word.parts ?? [];
  if (!parts.some(({ type }) => type === "BraceExpansion")) return null;
  let texts: readonly string[] = [""];
  for (const part of parts) {
    const read = part.type === "BraceExpansion" ? null : readPart(part, scope);
    const each = read === null ? wordsOfPart(part, scope) : read.isStatic ? [read.text] : null;
    if (each === null || texts.length * each.length > MAX_BRACED) return null;
    texts = texts.flatMap((text) => each.map((more) => `${text}${more}`));
  }
  return texts.map(plainWord);
}

/** As many words as braces may make of one. */
const MAX_BRACED = 64;

/** The same as one word, as a redirection takes it. */
export function shellWord(word: Word, scope: Scope): ShellWord {
  const parts = word.parts ?? [];
  const read = bounded(parts.map((part) => readPart(part, scope)), scope);
  const withHome = (text: string) => withoutTilde(text, scope);
  if (parts.length === 0) return plainWord(withHome(word.value));
  const isQuoted = parts[0]?.type !== "Literal" && parts[0]?.type !== "Glob";
  const whole = (texts: readonly string[]) => isQuoted ? texts.join("") : withHome(texts.join(""));
  return {
    text: whole(read.map(({ text }) => text)),
    likely: whole(read.map(({ likely }) => likely)),
    isStatic: read.every((each) => each.isStatic),
    isSplit: parts.some((part, index) => SPLIT.has(part.type) && read[index]?.isStatic !== true),
    isComputed: read.some((each) => each.isComputed),
  };
}

/** `~`, `~+` and `~name` at the start of a word as the directory that they mean. */
function withoutTilde(text: string, scope: Scope): string {
  const [tilde, name] = /^~([\w.+-]*)(?=\/|$)/.exec(text) ?? [];
  if (tilde === undefined) return text;
  const home = scope.valueOf("HOME")?.[0] ?? "~";
  const isOwn = name === "" || name === baseName(home);
  const dir = isOwn ? home : name === "+" ? "." : name === "root" ? "/root" : `/home/${name}`;
  return dir + text.slice(tilde.length);
}

/** The parts of a word; of those that would make it too long, nothing is known. */
function bounded(parts: readonly Read[], scope: Scope): readonly Read[] {
  const length = parts.reduce((sum, { text, likely }) => sum + Math.max(text.length, likely.length), 0);
  return parts.length > 1 && scope.isTooLong(length) ? [unknown("")] : parts;
}

/** A word that is known already. */
export function plainWord(text: string): ShellWord {
  return { text, likely: text, isStatic: true, isSplit: false, isComputed: false };
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

type Read = Pick<ShellWord, "text" | "likely" | "isStatic" | "isComputed">;

function known(text: string): Read {
  return { text, likely: text, isStatic: true, isComputed: false };
}

function unknown(text: string, isComputed = false): Read {
  return { text, likely: UNKNOWN_TEXT, isStatic: false, isComputed };
}

function readPart(part: WordPart, scope: Scope): Read {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
    case "Glob":
      return known(part.value);
    case "ExtendedGlob":
      return known(part.text);
    case "DoubleQuoted":
    case "LocaleString":
      return joined(bounded(part.parts.map((inner) => readPart(inner, scope)), scope));
    case "SimpleExpansion":
      return variable(part.text, scope.valueOf(part.text.slice(1)), scope.isInput(part.text.slice(1)));
    case "ParameterExpansion":
      return parameter(part, scope);
    case "CommandExpansion":
      return { ...unknown(part.text, true), likely: whichOf(part.script) ?? UNKNOWN_TEXT };
    case "ProcessSubstitution":
      return unknown(part.text, true);
    case "ArithmeticExpansion":
    case "BraceExpansion":
      return unknown(part.text);
  }
}

function joined(parts: readonly Read[]): Read {
  return {
    text: parts.map(({ text }) => text).join(""),
    likely: parts.map(({ likely }) => likely).join(""),
    isStatic: parts.every(({ isStatic }) => isStatic),
    isComputed: parts.some(({ isComputed }) => isComputed),
  };
}

function variable(text: string, value: readonly string[] | null | undefined, isInput: boolean): Read {
  if (value === undefined) return { ...unknown(text), likely: "" };
  return value === null ? unknown(text, isInput) : known(value.join(" "));
}

function parameter(part: ParameterExpansionPart, scope: Scope): Read {
  const { operation, parameter: name, prefix } = part;
  const value = scope.valueOf(name);
  if (operation === undefined) {
    return prefix === undefined ? variable(part.text, value, scope.isInput(name)) : unknown(part.text);
  }
  if (operation.type !== "Default" || value === null) return unknown(part.text);
  const isFallback = /^:?[-=]$/.test(operation.operator);
  if (value !== undefined && isFallback) return known(value.join(" "));
  const { likely } = shellWord(operation.operand, scope);
  return { ...unknown(part.text), likely: isFallback || operation.operator.endsWith("+") ? likely : "" };
}

/** `$(which NAME)`: the program that it finds. */
function whichOf(script: ParsedScript | undefined): string | null {
  const command = script?.commands[0]?.command;
  if (script?.commands.length !== 1 || command?.type !== "Command") return null;
  const words = [command.name, ...command.args].map((word) => word?.type === "Word" ? word.value : "");
  const isWhich = /^(which|command -v|type -P|type -p|whereis|realpath)$/.test(words.slice(0, -1).join(" "));
  return isWhich ? words.at(-1) ?? null : null;
}

/** The words of an array or of an unquoted variable with blanks in it, and of braces. */
function wordsOfPart(part: WordPart, scope: Scope): readonly string[] | null {
  if (part.type === "BraceExpansion") {
    const inner = /^\{([^{}$`]*,[^{}$`]*)\}$/.exec(part.text)?.[1];
    return inner === undefined ? null : inner.split(",").map((each) => each.replace(/^(['"])(.*)\1$/, "$2"));
  }
  if (part.type === "DoubleQuoted" && part.parts.length === 1) {
    const [only] = part.parts;
    return only?.type === "ParameterExpansion" && only.index?.value === "@" ? arrayOf(only, scope) : null;
  }
  if (part.type === "SimpleExpansion") return splitAt(scope.valueOf(part.text.slice(1)), scope);
  if (part.type !== "ParameterExpansion" || part.operation !== undefined) return null;
  return splitAt(arrayOf(part, scope), scope);
}

function arrayOf(
  { parameter: name, operation }: ParameterExpansionPart,
  scope: Scope,
): readonly string[] | null {
  return operation === undefined ? scope.valueOf(name) ?? null : null;
}

/** At blanks, or at what the script has said that parts words. */
function splitAt(value: readonly string[] | null | undefined, scope: Scope): readonly string[] | null {
  const parts = scope.valueOf("IFS")?.[0];
  const isPart = (char: string) => parts === undefined ? /\s/.test(char) : parts.includes(char);
  return value?.flatMap((each) =>
    [...each].map((char) => isPart(char) ? "\0" : char).join("").split("\0").filter((word, _, all) =>
      word !== "" || all.length === 1
    )
  ) ?? null;
}
