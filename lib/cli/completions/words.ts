import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Offering } from "../options.ts";

/** A word that may come next, with what it does. */
export interface Word {
  readonly text: string;
  readonly about: string;
}

/** What may follow one command. */
export interface CommandWords {
  /** The words that lead to it: `[]` is the program itself, then `["config", "set"]`. */
  readonly path: readonly string[];
  readonly commands: readonly Word[];
  readonly options: readonly OptionWords[];
  /** Ids of tasks may follow. */
  readonly takesTasks: boolean;
}

/** One option with its forms, the short one first where it has one. */
export interface OptionWords {
  readonly forms: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** Values that it may have; empty where they cannot be listed. */
  readonly values: readonly string[];
}

/** Each command of the program with the words that may follow it, itself first; an alias leads to the same words. */
export function commandWords(command: CommandUnknownOpts, path: readonly string[] = []): CommandWords[] {
  const help = command.createHelp();
  const visible = help.visibleCommands(command);
  const own = {
    path,
    commands: [
      ...visible.map((each) => ({ text: each.name(), about: each.description() })),
      ...command.registeredArguments.flatMap(({ parseArg }) => offeredBy(parseArg)).map((text) => ({
        text,
        about: "",
      })),
    ],
    options: help.visibleOptions(command).map((
      { short, long, description, required, optional, parseArg },
    ) => ({
      forms: [short, long].filter((form) => form !== undefined),
      about: description,
      takesValue: required || optional,
      values: offeredBy(parseArg),
    })),
    takesTasks: path.length === 1 &&
      command.registeredArguments.some((argument) => isTaskId(argument.name())),
  };
  const below = visible.filter((each) => command.commands.includes(each));
  return [
    own,
    ...below.flatMap((each) =>
      [each.name(), ...each.aliases()].flatMap((name) => commandWords(each, [...path, name]))
    ),
  ];
}

/** What the parser of a value knows ({@linkcode Offering}). */
function offeredBy(parser: unknown): readonly string[] {
  return typeof parser === "function" && "offered" in parser ? (parser as unknown as Offering).offered : [];
}

/** The name of an argument tells what it is. */
function isTaskId(name: string): boolean {
  return name === "id" || name === "ids";
}
