import { Arguments } from "./arguments.ts";
import type { Facts } from "./facts.ts";
import { baseName, type Invocation, type ShellWord } from "./invocation.ts";
import { isInterpreter, isShell } from "./interpreters.ts";
import { absolute } from "./path_risks.ts";

/** A file that is run though an agent wrote it: in another language than the shell's, or not. */
export interface AgentScript {
  /** Null: it is only known when it runs. */
  readonly text: string | null;
  readonly isCode: boolean;
}

/** The files that a command line writes and runs, and those that agents wrote before. */
export class AgentScripts {
  readonly #facts: Facts;
  readonly #written = new Map<string, string | null>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Keeps what a command line writes; null: it is only known when it runs. */
  write(path: string, text: string | null, isFetched = false): void {
    this.#facts.writes(path, isFetched);
    const before = this.#written.get(path);
    this.#written.set(path, before === null || text === null ? null : `${before ?? ""}${text}\n`);
  }

  /** The file that a program is, or is told to run, if an agent wrote it. */
  runBy(invocation: Invocation): AgentScript | null {
    const { name, path, dirs } = invocation;
    if (path.includes("/")) {
      const text = this.#textOf(path, dirs);
      return text === undefined ? null : { text, isCode: isCodeOf(path, text) };
    }
    const word = scriptOf(invocation);
    if (word === null || !word.isStatic) return null;
    const text = this.#textOf(word.text, dirs);
    return text === undefined ? null : { text, isCode: name !== null && isInterpreter(name) };
  }

  /** Keeps what `tee`, `cp` and `mv` make of what is known. */
  copyBy({ name, args, input, dirs }: Invocation): void {
    const words = args.filter(({ text, isStatic }) => isStatic && !text.startsWith("-"));
    const [from, to] = words;
    if (name === "tee") {
      const text = input?.isStatic === true ? input.text : null;
      for (const { text: path } of words) for (const dir of dirs) this.write(absolute(path, dir), text);
    }
    if ((name !== "cp" && name !== "mv") || from === undefined || to === undefined || words.length > 2) {
      return;
    }
    const text = this.#textOf(from.text, dirs);
    if (text !== undefined) { for (const dir of dirs) this.write(absolute(to.text, dir), text); }
  }

  #textOf(path: string, dirs: readonly string[]): string | null | undefined {
    for (const dir of dirs) {
      const file = absolute(path, dir);
      const text = this.#written.has(file) ? this.#written.get(file) : this.#facts.scriptOf(file);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

/** The word that names the script of a shell, of `source` or of an interpreter. */
function scriptOf({ name, args }: Invocation): ShellWord | null {
  if (name === "source" || name === ".") return args[0] ?? null;
  const takesFile = name === "psql" || name === "sqlite3" || name === "awk" || name === "sed" ||
    name === "make";
  if (takesFile) return args[args.findIndex(({ text }) => text === "-f") + 1] ?? null;
  if (name === null || !(isShell(name) || isInterpreter(name))) return null;
  const verbs = name === "deno" || name === "bun" ? /^(run|test|eval)$/ : /^$/;
  return args.find(({ text }) => !text.startsWith("-") && !verbs.test(text)) ?? null;
}

function isCodeOf(path: string, text: string | null): boolean {
  const shebang = /^#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?/.exec(text ?? "");
  if (shebang === null) return /\.(py|js|mjs|ts|rb|pl|php|lua)$/.test(path);
  const program = baseName(shebang[1] ?? "");
  return isInterpreter((program === "env" ? shebang[2] ?? "" : program).replace(/[\d.]+$/, ""));
}

/** The files that a program gets from elsewhere, as it names them. */
export function fetchedBy(invocation: Invocation): readonly string[] {
  const args = new Arguments(invocation);
  if (invocation.name === "curl") {
    const named = args.valueOf("-o", "--output");
    return named !== undefined
      ? [named]
      : args.has("O") || args.hasLong("remote-name")
      ? args.operands.map(lastOf)
      : [];
  }
  if (invocation.name !== "wget") return [];
  const named = args.valueOf("-O", "--output-document");
  return named === undefined ? args.operands.map(lastOf) : [named];
}

/** The name of what an address leads to. */
function lastOf(url: string): string {
  return baseName(url.replace(/[?#].*$/, ""));
}
