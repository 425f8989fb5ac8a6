import { constants } from "node:os";
import * as z from "zod/mini";
import { absolutePath } from "../file/paths.ts";
import type { ShellResult, TerminalLimits, Tool, ToolContext } from "../tool.ts";
import prose from "./terminal.md" with { type: "text" };

const parameters = z.strictObject({
  command: z.string().check(z.minLength(1)),
  timeout_s: z.optional(z.number().check(z.positive(), z.maximum(604_800))),
  cwd: z.optional(z.string().check(z.minLength(1))),
});

/** The exit code of a shell for a command that signal 0 would have ended. */
const SHELL_SIGNAL = 128;

type Args = z.infer<typeof parameters>;

/** How a command ended, as the model sees it. */
export interface CommandReport {
  /** Null: it was killed, by its timeout or by a signal. */
  readonly exit_code: number | null;
  /** Both streams as they came. */
  readonly output: string;
  readonly duration_s: number;
  readonly truncated: boolean;
  /** The file with all of the output, when it was cut; the note says if it holds less. */
  readonly output_file?: string;
  readonly timed_out: boolean;
  /** What the model should know beyond the figures. */
  readonly note?: string;
}

/** Runs a command in the user's shell, within the limits of the context. */
export const tool: Tool<Args> = { name: "terminal", description: prose.trim(), parameters, run };

async function run({ command, timeout_s, cwd = "." }: Args, context: ToolContext): Promise<CommandReport> {
  const timeoutS = effectiveTimeout(timeout_s, context.terminal);
  const directory = absolutePath(context.cwd, cwd);
  const asked = { command, cwd: directory, timeoutMs: Math.ceil(timeoutS * 1000) };
  const result = await context.shell.run(asked, context.signal).catch((error) => {
    if (context.signal.aborted) context.evidence.command(command, null);
    throw error;
  });
  context.evidence.command(command, result.exitCode);
  const note = noteOn(result, timeoutS, timeout_s);
  return {
    exit_code: result.exitCode,
    output: result.output,
    duration_s: Math.round(result.durationMs) / 1000,
    truncated: result.truncated,
    ...(result.path === null ? {} : { output_file: result.path }),
    timed_out: result.killedBy === "timeout",
    ...(note === null ? {} : { note }),
  };
}

/** Seconds, 0 for none. */
function effectiveTimeout(asked: number | undefined, { timeoutS, maxTimeoutS }: TerminalLimits): number {
  const wanted = asked ?? timeoutS;
  if (maxTimeoutS === 0) return wanted;
  return wanted === 0 ? maxTimeoutS : Math.min(wanted, maxTimeoutS);
}

function noteOn(result: ShellResult, timeoutS: number, asked: number | undefined): string | null {
  const notes = [endNote(result, timeoutS, asked), lossNote(result)].filter((note) => note !== null);
  return notes.length === 0 ? null : notes.join(". ");
}

function endNote(result: ShellResult, timeoutS: number, asked: number | undefined): string | null {
  if (result.killedBy === "signal") return `${result.signal ?? "A signal"} ended it`;
  if (result.killedBy !== "timeout") return signalNote(result.exitCode);
  const limit = asked !== undefined && asked > timeoutS ? `, the most there is` : "";
  return `Killed with all it started after ${timeoutS} s${limit}`;
}

/** A shell says 128 and the number of the signal where one ended what it ran last. */
function signalNote(exitCode: number | null): string | null {
  const signal = exitCode === null
    ? undefined
    : Object.entries(constants.signals).find(([, number]) => exitCode === SHELL_SIGNAL + number)?.[0];
  return signal === undefined ? null : `${exitCode} is what a shell gives when ${signal} ended a command`;
}

function lossNote({ truncated, path, leftOut, outputBytes }: ShellResult): string | null {
  if (truncated && path === null) return "The whole output could not be kept in a file";
  return leftOut === 0 ? null : `The last ${leftOut} of ${outputBytes} bytes are not in output_file`;
}
