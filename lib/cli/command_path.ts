import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** Which command a command line names. */
export interface CommandPath {
  /** The command and its sub-command, as they were written. */
  readonly names: readonly string[];
  /** What stands where a command or a sub-command belongs and is none. */
  readonly unknown: string | null;
  /** `help` stands before it. */
  readonly isHelp: boolean;
}

/** The command that these arguments name, as far as there is one. */
export function commandPath(program: CommandUnknownOpts, argv: readonly string[]): CommandPath {
  const names: string[] = [];
  let command = program;
  let isHelp = false;
  for (const name of argv) {
    if (name.startsWith("-") || command.commands.length === 0) break;
    if (name === "help" && !isHelp) {
      isHelp = true;
      continue;
    }
    const next = command.commands.find((each) => [each.name(), ...each.aliases()].includes(name));
    if (next === undefined) return { names, unknown: name, isHelp };
    names.push(name);
    command = next;
  }
  return { names, unknown: null, isHelp };
}

/**
 * The arguments as commander is to read them: `help a b` as `a b --help`, and of help for a command that there is none
 * of only its name, for which it says what was meant; else it would print the help of what is above it.
 */
export function argumentsFor({ names, unknown, isHelp }: CommandPath, argv: readonly string[]): string[] {
  if (unknown !== null) return [...names, unknown];
  return isHelp ? [...names, "--help"] : [...argv];
}
