import {
  type Assignment,
  type Command,
  type For,
  forEachChild,
  parse,
  type Redirect,
  type Redirection,
  type SyntaxNode,
  type Word,
} from "unbash";
import { AgentScripts, fetchedBy } from "./agent_scripts.ts";
import { callsItself } from "./calls_itself.ts";
import type { Facts } from "./facts.ts";
import { guesses } from "./guesses.ts";
import { type Inner, innerCommands } from "./inner_commands.ts";
import {
  baseName,
  type Invocation,
  plainWord,
  type ShellWord,
  shellWord,
  shellWords,
  UNKNOWN_TEXT,
} from "./invocation.ts";
import { Links } from "./links.ts";
import { isNested } from "./nesting.ts";
import { absolute } from "./path_risks.ts";
import { type Input, printedBy, UNKNOWN_INPUT } from "./printed_by.ts";
import { programName } from "./program_name.ts";
import { Scope } from "./scope.ts";
import { dirsOf } from "./word_places.ts";

/** A file that a redirection writes. */
export interface WrittenFile {
  readonly word: ShellWord;
  /** Whether what it held is gone. */
  readonly truncates: boolean;
  readonly dirs: readonly string[];
}

/** All that a command line does as far as it can be read without running it. */
export interface ReadCommand {
  readonly invocations: readonly Invocation[];
  /** Programs in the languages of interpreters. */
  readonly codes: readonly string[];
  /** The files that redirections write, and those that they read. */
  readonly written: readonly WrittenFile[];
  readonly read: readonly ShellWord[];
  /** Variables that are set for a program or by it, and what to. */
  readonly assigned: readonly { readonly name: string; readonly value: ShellWord }[];
  /** The names that it gives to what is there. */
  readonly links: Links;
  /** Whether something of it cannot be read: broken syntax, nesting without end, or too much of it. */
  readonly isUnclear: boolean;
  /** Whether a function calls itself in the background or in a pipeline. */
  readonly multiplies: boolean;
  /** Whether it runs a file of which it wrote what is only known when it runs. */
  readonly runsUnknown: boolean;
}

/** What a command line is read with. */
export interface ReadGround {
  readonly cwd: string;
  /** The variables of its environment that are known. */
  readonly variables: Readonly<Record<string, string>>;
  readonly facts: Facts;
}

/** How deep a script may stand in a script: `bash -c "bash -c …"`. */
const MAX_DEPTH = 8;
/** How many words are looked at in all, those of wrappers of wrappers again and again: no person's command has more. */
const MAX_WORDS = 20_000;
/** For how many words of a loop its body is read. */
const MAX_ROUNDS = 4;
/** A word that is longer counts as many. */
const LONG_WORD = 4096;
/** How many directories of a script are kept in mind: the first one and the last ones. */
const MAX_DIRS = 8;

/**
 * Reads a command line of bash or sh: every program that it starts, in substitutions, functions, nested shells, scripts
 * that agents wrote and behind other programs (`env`, `xargs`, `find -exec`) too. What stands behind a program that is
 * not known is guessed at. Bounded: what takes more steps is unclear.
 */
export function readCommand(text: string, ground: ReadGround): ReadCommand {
  const reader = new Reader(ground);
  reader.script(text, 0);
  return reader;
}

class Reader implements ReadCommand {
  readonly invocations: Invocation[] = [];
  readonly codes: string[] = [];
  readonly written: WrittenFile[] = [];
  readonly read: ShellWord[] = [];
  readonly assigned: { readonly name: string; readonly value: ShellWord }[] = [];
  readonly links = new Links();
  isUnclear = false;
  multiplies = false;
  runsUnknown = false;
  readonly #scope: Scope;
  readonly #scripts: AgentScripts;
  #dirs: readonly string[];
  #words = 0;
  /** The words that were taken for the name of a program: a wrapper of wrappers guesses the same again and again. */
  readonly #heads = new Set<ShellWord>();

  constructor({ cwd, variables, facts }: ReadGround) {
    this.#scope = new Scope({ ...variables, PWD: cwd });
    this.#scripts = new AgentScripts(facts);
    this.#dirs = [cwd];
  }

  script(text: string, depth: number, input: Input = null, takesMore = false): void {
    if (depth > MAX_DEPTH || isNested(text) || this.#isSpent(text.length / 16)) this.isUnclear = true;
    else this.#parsed(text, { depth, input, takesMore });
  }

  /** Nothing bounds how deep words that begin something stand in each other but the stack of the parser. */
  #parsed(text: string, at: Place): void {
    try {
      this.#visit(parse(text), at);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.isUnclear = true;
    }
  }

  #isSpent(words: number): boolean {
    this.#words += words;
    if (this.#words > MAX_WORDS) this.isUnclear = true;
    return this.#words > MAX_WORDS;
  }

  #visit(node: SyntaxNode, at: Place): void {
    if (this.#isSpent(0)) return;
    if ("errors" in node && node.errors !== undefined) this.isUnclear = true;
    if (node.type === "Function") this.multiplies ||= callsItself(node.body, node.name.value);
    if (node.type === "Pipeline") {
      return node.commands.forEach((command, index) => {
        const before = node.commands[index - 1];
        this.#visit(command, before === undefined ? at : { ...at, input: this.#printedBy(before) });
      });
    }
    if (node.type === "Redirected") {
      for (const redirect of node.redirects) this.#redirect(redirect, UNKNOWN_INPUT);
      return this.#visit(node.command, { ...at, input: this.#input(node.redirects) ?? at.input });
    }
    if (node.type === "For" && node.wordlist !== undefined) return this.#loop(node, node.wordlist, at);
    if (node.type === "For" || node.type === "Select") this.#scope.set(node.name.value, null);
    if (node.type === "Command") this.#command(node, at);
    forEachChild(
      node,
      (child) => this.#visit(child, SAME_INPUT.has(node.type) ? at : { ...at, input: null }),
    );
  }

  /** The body for each of the first words; of the others, and of what is not known, it stands for all. */
  #loop({ name, body }: For, wordlist: readonly Word[], at: Place): void {
    for (const word of wordlist) this.#visit(word, { ...at, input: null });
    const values = wordlist.flatMap((word) => this.#several(word));
    const known = values.filter(({ isStatic }) => isStatic).slice(0, MAX_ROUNDS).map(({ text }) => [text]);
    const rounds = known.length === values.length ? known : [...known, null];
    for (const value of rounds) {
      if (this.#isSpent(1)) return;
      this.#scope.loop(name.value, value);
      this.#visit(body, at);
    }
    this.#scope.loop(name.value, null);
  }

  #command(command: Command, { depth, input, takesMore }: Place): void {
    const { name, args, prefix, redirects } = command;
    for (const each of prefix) if (each.type === "Assignment") this.#assign(each, name === undefined);
    const words = [name, ...args].flatMap((arg) => this.#wordsOf(arg));
    const given = this.#input(redirects) ?? input;
    const printed = printedBy(words, given);
    for (const redirect of redirects) this.#redirect(redirect, printed);
    if (name === undefined) return;
    const isFed = takesMore && words.some(({ text }) => GIVEN.test(text));
    this.#invoke(words, { depth, input: given, takesMore: isFed, isGuess: false });
  }

  /** What a word becomes, as long as that is not too much. */
  #several(word: Word): readonly ShellWord[] {
    if (this.#isSpent(0)) return [];
    const words = shellWords(word, this.#scope);
    const length = words.reduce((sum, { text }) => sum + text.length, 0);
    this.#isSpent(words.length > 1 ? words.length : length > LONG_WORD ? length / 16 : 0);
    if (this.#scope.isOverfull) this.isUnclear = true;
    return words;
  }

  #wordsOf(arg: Command["args"][number] | undefined): readonly ShellWord[] {
    if (arg === undefined) return [];
    if (arg.type === "Word") return this.#several(arg);
    this.#assign(arg, true);
    if (arg.value.type === "ArrayValue") return [plainWord(arg.text)];
    const value = shellWord(arg.value, this.#scope);
    return [{ ...value, text: `${arg.name}=${value.text}`, likely: `${arg.name}=${value.likely}` }];
  }

  #assign({ name, value, append }: Assignment, isLasting: boolean): void {
    const words = value.type === "ArrayValue" ? value.elements : [value];
    const read = words.flatMap((word: Word) => this.#several(word));
    const isKnown = append !== true && read.every(({ isStatic }) => isStatic);
    const text = read.map((word) => word.text).join(" ");
    const whole = value.type === "ArrayValue" ? plainWord(text) : shellWord(value, this.#scope);
    this.assigned.push({ name, value: whole });
    if (isLasting) this.#scope.set(name, isKnown ? read.map((word) => word.text) : null);
  }

  #invoke(words: readonly ShellWord[], how: How): void {
    const [first, ...args] = words;
    if (first === undefined || this.#heads.has(first) || this.#isSpent(words.length)) return;
    this.#heads.add(first);
    if (first.likely === "" && !first.isStatic) return this.#invoke(args, how); // nothing is set, nothing stands there
    const { input, takesMore, isGuess, depth } = how;
    const path = first.likely;
    const base = baseName(path);
    const name = base.includes(UNKNOWN_TEXT) ? null : programName(base);
    const invocation: Invocation = { name, path, args, input, takesMore, isGuess, dirs: this.#dirs };
    this.invocations.push(invocation);
    this.#remember(invocation);
    if (depth > MAX_DEPTH) return;
    const before = this.#dirs;
    const dirs = dirsOf(invocation);
    if (dirs.length > before.length) this.#dirs = dirs;
    for (const inner of innerCommands(invocation)) this.#inner(inner, how);
    if (dirs.length > before.length) this.#dirs = before;
    this.#ran(this.#scripts.runBy(invocation), depth);
    for (const guess of guesses(invocation)) {
      this.#invoke(guess, { depth: depth + 1, input: null, takesMore, isGuess: true });
    }
  }

  #inner(inner: Inner, { depth, input, takesMore, isGuess }: How): void {
    if (inner.type === "script") {
      const wasUnclear = this.isUnclear;
      this.script(inner.text, depth + 1, inner.isFed === true ? UNKNOWN_INPUT : input, takesMore);
      if (inner.isGuess === true && !this.#isSpent(0)) this.isUnclear = wasUnclear;
      return;
    }
    const how = { depth: depth + 1, input, takesMore: takesMore || inner.takesMore };
    this.#invoke(inner.words, { ...how, isGuess: isGuess || inner.isGuess });
  }

  /** Scripts that agents wrote and that are run now, as far as they can be read. */
  #ran(found: ReturnType<AgentScripts["runBy"]>, depth: number): void {
    if (found === null) return;
    if (found.text === null) this.runsUnknown = true;
    else if (found.isCode) this.codes.push(found.text);
    else this.script(found.text, depth + 1);
  }

  /** What a builtin changes for what comes after it. */
  #remember(invocation: Invocation): void {
    const { name, args, dirs } = invocation;
    for (const file of fetchedBy(invocation)) {
      for (const dir of dirs) this.#scripts.write(absolute(file, dir), null, true);
    }
    const words = args.filter(({ text }) => !text.startsWith("-"));
    this.#scripts.copyBy(invocation);
    this.links.madeBy(invocation);
    if (name === "cd" || name === "pushd") this.#enter(words[0] ?? plainWord(this.#home()));
    const isSetting = name === "read" || name === "mapfile" || name === "readarray" || name === "getopts";
    if (isSetting) { for (const { text } of words) this.#scope.read(text); }
    const variable = name === "printf" && args[0]?.text === "-v" ? args[1] : undefined;
    if (variable !== undefined) this.#scope.set(variable.text, null);
  }

  #home(): string {
    return this.#scope.valueOf("HOME")?.[0] ?? ".";
  }

  /** A process as the name of a directory is followed though nobody knows which one. */
  #enter({ text, isStatic }: ShellWord): void {
    const dir = absolute(text, this.#dirs.at(-1) ?? "/");
    if (!isStatic && !dir.startsWith("/proc/")) return;
    const [started = dir, ...later] = this.#dirs.filter((each) => each !== dir);
    this.#dirs = [...new Set([started, ...later.slice(2 - MAX_DIRS), dir])];
  }

  #redirect(redirect: Redirection, printed: Input): void {
    if (redirect.type !== "Redirect" || redirect.target === undefined) return;
    const word = shellWord(redirect.target, this.#scope);
    if (redirect.operator === "<") this.read.push(word);
    else if (!DESCRIPTOR.test(word.text)) this.#write(redirect, word, printed);
  }

  #write({ operator }: Redirect, word: ShellWord, printed: Input): void {
    this.written.push({ word, truncates: !/>>|<>/.test(operator), dirs: this.#dirs });
    if (!word.isStatic) return;
    const text = printed?.isStatic === true ? printed.text : null;
    for (const dir of this.#dirs) this.#scripts.write(absolute(word.text, dir), text);
  }

  #input(redirects: readonly Redirection[]): Input {
    const redirect = redirects.findLast(({ operator }) => operator.startsWith("<"));
    if (redirect?.type === "HereDoc") return { text: redirect.body.text, isStatic: true };
    if (redirect?.type !== "HereString") return redirect === undefined ? null : UNKNOWN_INPUT;
    return redirect.target === undefined ? null : shellWord(redirect.target, this.#scope);
  }

  #printedBy(node: SyntaxNode): Input {
    if (node.type !== "Command") return UNKNOWN_INPUT;
    const args = node.args.map((arg) =>
      arg.type === "Word" ? shellWord(arg, this.#scope) : plainWord(arg.text)
    );
    const name = node.name === undefined ? [] : [shellWord(node.name, this.#scope)];
    return node.redirects.some(({ operator }) => operator.startsWith(">"))
      ? UNKNOWN_INPUT
      : printedBy([...name, ...args], this.#input(node.redirects)) ?? UNKNOWN_INPUT;
  }
}

interface Place {
  readonly input: Input;
  /** What it is given as arguments comes from an input (xargs) or a search (find). */
  readonly takesMore: boolean;
  readonly depth: number;
}

interface How extends Pick<Invocation, "input" | "takesMore" | "isGuess"> {
  readonly depth: number;
}

/** What stands for the arguments of a script. */
const GIVEN = /\{\}|\$\{?[\d@*]/;
/** What `>&` and `<&` copy or close, which is no file. */
const DESCRIPTOR = /^(\d+-?|-)$/;
/** What stands in these reads what is given to the whole. */
const SAME_INPUT: ReadonlySet<SyntaxNode["type"]> = new Set([
  "Script",
  "Statement",
  "CompoundList",
  "AndOr",
  "Subshell",
  "BraceGroup",
  "If",
  "While",
  "For",
]);
