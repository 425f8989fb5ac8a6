import { type Command, forEachChild, parse, type Redirection, type SyntaxNode } from "unbash";
import { baseName, type Invocation, plainWord, type ShellWord, shellWord } from "./invocation.ts";
import { innerCommands } from "./inner_commands.ts";

/** All that a command line does as far as it can be read without running it. */
export interface ReadCommand {
  readonly invocations: readonly Invocation[];
  /** The files that redirections write, and those that they read. */
  readonly written: readonly ShellWord[];
  readonly read: readonly ShellWord[];
  /** Whether something of it cannot be read: broken syntax, or nesting without end. */
  readonly isUnclear: boolean;
  /** Whether a function calls itself in the background or in a pipeline. */
  readonly multiplies: boolean;
}

/** How deep a script may stand in a script: `bash -c "bash -c …"`. */
const MAX_DEPTH = 8;

/**
 * Reads a command line of bash or sh: every program that it starts, in substitutions, functions, nested shells and
 * behind other programs (`env`, `xargs`, `find -exec`) too. `home` stands for `~` and `$HOME`.
 */
export function readCommand(text: string, home: string): ReadCommand {
  const reader = new Reader(home);
  reader.script(text, 0);
  return reader;
}

class Reader implements ReadCommand {
  readonly invocations: Invocation[] = [];
  readonly written: ShellWord[] = [];
  readonly read: ShellWord[] = [];
  isUnclear = false;
  multiplies = false;
  readonly #home: string;
  /** The words that were taken for the name of a program: a wrapper of wrappers guesses the same again and again. */
  readonly #heads = new Set<ShellWord>();

  constructor(home: string) {
    this.#home = home;
  }

  script(text: string, depth: number): void {
    if (depth > MAX_DEPTH) this.isUnclear = true;
    else this.#visit(parse(text), { depth, input: null });
  }

  #visit(node: SyntaxNode, at: Place): void {
    if ("errors" in node && node.errors !== undefined) this.isUnclear = true;
    if (node.type === "Function") this.multiplies ||= callsItself(node.body, node.name.value, false);
    if (node.type === "Pipeline") {
      return node.commands.forEach((command, index) =>
        this.#visit(command, index === 0 ? at : { ...at, input: PIPE })
      );
    }
    if (node.type === "Redirected") {
      for (const redirect of node.redirects) this.#visit(redirect, at);
      return this.#visit(node.command, { ...at, input: this.#input(node.redirects) ?? at.input });
    }
    if (node.type === "Redirect" && node.target !== undefined) {
      const target = shellWord(node.target, this.#home);
      if (node.operator === "<") this.read.push(target);
      else if (!DESCRIPTOR.test(target.text)) this.written.push(target);
    }
    if (node.type === "Command") this.#command(node, at);
    forEachChild(
      node,
      (child) => this.#visit(child, SAME_INPUT.has(node.type) ? at : { ...at, input: null }),
    );
  }

  #command({ name, args, redirects }: Command, { depth, input }: Place): void {
    if (name === undefined) return;
    const words = args.map((arg) => arg.type === "Word" ? shellWord(arg, this.#home) : plainWord(arg.text));
    this.#invoke([shellWord(name, this.#home), ...words], {
      depth,
      input: this.#input(redirects) ?? input,
      takesMore: false,
      isGuess: false,
    });
  }

  #invoke([first, ...args]: readonly ShellWord[], how: How): void {
    if (first === undefined || this.#heads.has(first)) return;
    this.#heads.add(first);
    const name = first.isStatic ? baseName(first.text) : null;
    const { input, takesMore, isGuess, depth } = how;
    const invocation: Invocation = { name, args, input, takesMore, isGuess };
    this.invocations.push(invocation);
    if (depth > MAX_DEPTH) return;
    for (const inner of innerCommands(invocation)) {
      if (inner.type === "script") this.script(inner.text, depth + 1);
      else {
        const { words, ...inside } = inner;
        this.#invoke(words, {
          depth: depth + 1,
          input,
          takesMore: takesMore || inside.takesMore,
          isGuess: isGuess || inside.isGuess,
        });
      }
    }
  }

  #input(redirects: readonly Redirection[]): Invocation["input"] {
    const redirect = redirects.findLast(({ operator }) => operator.startsWith("<"));
    if (redirect?.type === "HereDoc") return { text: redirect.body.text, isStatic: true };
    if (redirect?.type !== "HereString") return redirect === undefined ? null : PIPE;
    return redirect.target === undefined ? null : shellWord(redirect.target, this.#home);
  }
}

interface Place extends Pick<Invocation, "input"> {
  readonly depth: number;
}

interface How extends Pick<Invocation, "input" | "takesMore" | "isGuess"> {
  readonly depth: number;
}

const PIPE = { text: "", isStatic: false };
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

function callsItself(node: SyntaxNode, name: string, isMultiplied: boolean): boolean {
  if (node.type === "Command" && node.name?.value === name) return isMultiplied;
  const multiplies = isMultiplied || node.type === "Pipeline" ||
    (node.type === "Statement" && node.background === true);
  let found = false;
  forEachChild(node, (child) => found ||= callsItself(child, name, multiplies));
  return found;
}
