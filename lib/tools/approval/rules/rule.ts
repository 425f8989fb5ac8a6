import type { Arguments } from "../arguments.ts";
import type { CommandGround } from "../command_risks.ts";
import type { Facts } from "../facts.ts";
import type { Invocation, ShellWord } from "../invocation.ts";
import { absolute } from "../path_risks.ts";
import type { Risk } from "../risk.ts";

/** What rules may look at besides the words. */
export interface Scene {
  readonly ground: CommandGround;
  readonly facts: Facts;
  /** Programs may be told to take no option behind an operand. */
  readonly isPosix: boolean;
}

/** Why a program asks, by itself or with these arguments; null: it does not. */
export type Rule = (args: Arguments, invocation: Invocation, scene: Scene) => Risk | null;

/** The rules of some programs, by their names. */
export type Rules = Readonly<Record<string, Rule>>;

/** Something that is only known when it runs. */
export const UNKNOWN: Risk = "runs what is only known when it runs";
/** With all they hold. */
export const DELETES: Risk = "deletes directories with all they hold";
/** Of files that no agent made. */
export const OVERWRITES: Risk = "deletes or overwrites files that were there before";

/** The words of `names`, each with the same rule. */
export function each(names: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.split(/\s+/).filter((name) => name !== "").map((name) => [name, rule]));
}

/** A rule that finds `risk` when `test` holds. */
export function when(risk: Risk, test: (args: Arguments, invocation: Invocation) => boolean): Rule {
  return (args, invocation) => test(args, invocation) ? risk : null;
}

/** A rule that finds `risk` whatever the arguments. */
export function always(risk: Risk): Rule {
  return () => risk;
}

/** A rule for the words that a table says: `verb|other verb` at the start, or with a word before. */
export function verbs(risk: Risk, pattern: RegExp): Rule {
  return (args) => args.operands.slice(0, 4).some((word) => pattern.test(word)) ? risk : null;
}

/** The first thing that any of `rules` finds. */
export function first(...rules: readonly Rule[]): Rule {
  return (args, invocation, scene) => {
    for (const rule of rules) {
      const risk = rule(args, invocation, scene);
      if (risk !== null) return risk;
    }
    return null;
  };
}

/** The absolute paths that a word may mean. */
export function pathsOf(
  { text, isStatic }: ShellWord,
  { dirs }: Pick<Invocation, "dirs">,
): readonly string[] {
  return isStatic ? dirs.map((dir) => absolute(text, dir)) : [];
}

/** How much of a text a pattern sees at once, so that its time is linear, and how much of it twice. */
const CHUNK = 4_000;
const OVERLAP = 500;

/** Whether a text of any length holds what a pattern finds, in linear time. */
export function holds(pattern: RegExp, text: string): boolean {
  for (let at = 0; at < Math.max(1, text.length - OVERLAP); at += CHUNK - OVERLAP) {
    if (pattern.test(text.slice(at, at + CHUNK))) return true;
  }
  return false;
}
