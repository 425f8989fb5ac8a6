import { Arguments } from "./arguments.ts";
import type { ShellWord } from "./invocation.ts";
import { keysRisk, writeRisk } from "./path_risks.ts";
import { programRisk } from "./program_risks.ts";
import { type ReadCommand, readCommand } from "./read_command.ts";
import type { Risk, RiskGround } from "./risk.ts";
import { isAllowed } from "./allow_list.ts";

/** What a command line is judged by. */
export interface CommandGround extends RiskGround {
  readonly cwd: string;
  /** Commands that never ask, as of `approvals.allow`. */
  readonly allow: readonly string[];
  /** Every other program asks as well (`approvals.mode: all`). */
  readonly asksAlways: boolean;
}

/** Programs whose last operand is written. */
const WRITERS: ReadonlySet<string> = new Set([
  "cp",
  "mv",
  "ln",
  "install",
  "tee",
  "touch",
  "truncate",
]);

/**
 * Why a command line asks, each reason once; none: it does not. It is read, not run: this finds what is destructive by
 * its words, and no attack that means to hide.
 */
export function commandRisks(command: string, ground: CommandGround): readonly Risk[] {
  if (ground.allow.includes(command.trim())) return [];
  const read = readCommand(command, ground.home);
  const risks = [
    ...(read.isUnclear ? ["cannot be read: its syntax is broken or too deep"] : []),
    ...(read.multiplies ? ["starts itself again and again"] : []),
    ...programRisks(read, ground),
    ...read.written.map((word) => risky(word, ground)),
    ...read.read.map(({ text }) => keysRisk(text, ground.cwd, ground)),
  ];
  return [...new Set(risks.filter((risk) => risk !== null))];
}

function programRisks({ invocations }: ReadCommand, ground: CommandGround): readonly (Risk | null)[] {
  return invocations.filter((invocation) => !isAllowed(invocation, ground.allow)).flatMap((invocation) => {
    const { name, args } = invocation;
    const words = args.filter(({ text }) => !text.startsWith("-"));
    const isWriter = name !== null &&
      (WRITERS.has(name) || (name === "sed" && new Arguments(invocation).editsInPlace));
    const written = isWriter ? words.slice(name === "tee" ? 0 : -1) : [];
    return [
      programRisk(invocation),
      ...written.map((word) => risky(word, ground)),
      ...args.map(({ text }) => keysRisk(valueOf(text), ground.cwd, ground)),
      ground.asksAlways && !invocation.isGuess ? `runs ${name ?? "a program"}` : null,
    ];
  });
}

/** What an option is given: a path behind `=` or `@` too. */
function valueOf(word: string): string {
  return word.startsWith("-") ? /[=@](.*)$/s.exec(word)?.[1] ?? "" : word;
}

function risky({ text, isStatic }: ShellWord, ground: CommandGround): Risk | null {
  return isStatic ? writeRisk(text, ground.cwd, ground) : null;
}
