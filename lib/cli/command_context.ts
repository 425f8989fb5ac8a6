import type { Command } from "@commander-js/extra-typings";
import type { Io } from "./io.ts";

/** What a command's module gets to register itself. */
export interface CommandContext {
  readonly io: Io;
  /** Makes an action of a function that returns the exit code. */
  action<Args extends unknown[]>(
    run: (...args: Args) => number | Promise<number>,
  ): (...args: Args) => Promise<void>;
}

/**
 * Adds one command with its options and help to the program. What only a run needs is imported by its action, so
 * that `--help` and the other commands do not pay for it.
 */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
