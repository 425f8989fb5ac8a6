import { type ChildProcess, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Clock } from "../../support/clock.ts";
import { messageOf, ToolFailure } from "../../support/errors.ts";
import type { KnownSecret, Redactor } from "../../support/redact.ts";
import type { Shell, ShellCommand, ShellResult } from "../tool.ts";
import { CommandOutput } from "./command_output.ts";
import { resolvesWithin } from "./end_processes.ts";
import { openOutputPipe, type OutputPipe } from "./output_pipe.ts";
import { endGroup } from "./process_group.ts";
import { scrubEnvironment } from "./scrub_environment.ts";
import { unattended } from "./unattended.ts";

/** What the commands of one agent run with. */
export interface ShellOptions {
  /** The most output kept of one command, in bytes. */
  readonly outputBytes: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values that no command may find in its environment. */
  readonly secrets: readonly KnownSecret[];
  /** Takes secrets out of what commands print. */
  readonly redactor: Redactor;
  /** The directory for output that is longer than `outputBytes`; made when it is needed. */
  readonly spillDir: string;
  /** Commands find them as HERMES_SESSION_ID, HERMES_HOST_ID and HERMES_TASK_ID. */
  readonly marks: { readonly sessionId: string; readonly hostId: string; readonly taskId: string | null };
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly clock: Clock;
}

interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly stdout: Readable;
}
type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };
type Ending = Exit | "timeout" | "aborted";

/** How long output that is still in the pipe is awaited when the command has ended, in ms. */
const DRAIN_MS = 100;
/** How long output is awaited that comes all the same when the whole group is gone, in ms. */
const LATE_OUTPUT_MS = 5_000;
/** Near the longest argument that Linux takes (MAX_ARG_STRLEN, 128 kB). */
const LONG_CHARS = 100_000;
/** bash where there is one; both streams in one pipe, so that their order is kept. */
const LAUNCH = 'command -v bash >/dev/null && exec bash -c -- "$0" 2>&1; exec sh -c -- "$0" 2>&1';

/**
 * A shell whose commands are process groups of their own, without input, without the secrets of `env`.
 * Nothing that a command started in its group outlives it. Rejects with {@linkcode ToolFailure} when it cannot start.
 */
export function createShell(options: ShellOptions): Shell {
  let env: Record<string, string> | null = null; // most agents are made and run no command
  return {
    async run(command, signal) {
      signal.throwIfAborted();
      await assertDirectory(command.cwd);
      signal.throwIfAborted();
      const started = await start(command, env ??= commandEnvironment(options));
      const result = await follow(started, command.timeoutMs, { ...options, signal });
      signal.throwIfAborted();
      return result;
    },
  };
}

function commandEnvironment({ env, secrets, marks }: ShellOptions): Record<string, string> {
  const scrubbed = unattended(scrubEnvironment(env, secrets));
  delete scrubbed["HERMES_TASK_ID"];
  const task = marks.taskId === null ? {} : { HERMES_TASK_ID: marks.taskId };
  return { ...scrubbed, HERMES_SESSION_ID: marks.sessionId, HERMES_HOST_ID: marks.hostId, ...task };
}

async function assertDirectory(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null);
  if (found?.isDirectory()) return;
  const state = found === null ? "there is no such directory" : "it is not a directory";
  throw new ToolFailure("not_found", `Cannot run a command in "${cwd}": ${state}`);
}

/** Resolves when the process runs; what the platform throws or reports instead becomes one failure. */
async function start(command: ShellCommand, env: Record<string, string>): Promise<Started> {
  const pipe = await openOutputPipe();
  try {
    return await launch(command, env, pipe);
  } catch (error) {
    pipe?.output.destroy();
    const hint = command.command.length < LONG_CHARS
      ? {}
      : { hint: "Write the script to a file and run that" };
    throw new ToolFailure("cannot_start", `Cannot start the command: ${messageOf(error)}`, {
      ...hint,
      cause: error,
    });
  } finally {
    pipe?.started();
  }
}

async function launch(
  { command, cwd }: ShellCommand,
  env: Record<string, string>,
  pipe: OutputPipe | null,
): Promise<Started> {
  const child = spawn("/bin/sh", ["-c", LAUNCH, command], {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", pipe?.writer ?? "pipe", "ignore"],
  });
  const stdout = pipe?.output ?? child.stdout;
  if (child.pid !== undefined && stdout !== null) return { pid: child.pid, child, stdout };
  return await new Promise<never>((_, reject) => child.once("error", reject));
}

type Following = ShellOptions & { readonly signal: AbortSignal };

async function follow(
  { pid, child, stdout }: Started,
  timeoutMs: number,
  options: Following,
): Promise<ShellResult> {
  const { clock } = options;
  const startedAt = clock.now();
  const output = new CommandOutput({ ...options, spillPath: spillPath(options) });
  collect(stdout, output);
  const closed = new Promise<void>((resolve) => stdout.once("close", () => resolve()));
  const exited = new Promise<Exit>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal }))
  );
  const ending = await firstEnding(exited, timeoutMs, options);
  const durationMs = clock.now() - startedAt;
  if (typeof ending === "object") await resolvesWithin(closed, DRAIN_MS, clock);
  await endGroup({ pid, exited }, options.graceMs, clock);
  await lateOutput(closed, output, clock);
  stdout.destroy(); // a process that left the group may still hold the other end
  return { ...howItEnded(ending), ...await output.end(), durationMs };
}

function spillPath({ spillDir, marks: { taskId } }: ShellOptions): string {
  return join(spillDir, `${taskId ?? "chat"}-terminal-${crypto.randomUUID().slice(0, 8)}.txt`);
}

/** Reads no faster than the disk writes. */
function collect(stdout: Readable, output: CommandOutput): void {
  stdout.on("data", (bytes: Uint8Array) => {
    const written = output.push(bytes);
    if (written === undefined) return;
    stdout.pause();
    void written.then(() => stdout.resume()); // it never rejects
  });
}

/** Waits for what is still in the pipe, as long as some of it comes. */
async function lateOutput(closed: Promise<void>, output: CommandOutput, clock: Clock): Promise<void> {
  const until = clock.now() + LATE_OUTPUT_MS;
  for (let before = -1; before < output.bytes && clock.now() < until;) {
    before = output.bytes;
    await output.written(); // nothing is read meanwhile
    if (await resolvesWithin(closed, DRAIN_MS, clock)) return;
  }
}

/** What ends the command first: itself, its time, or the agent. */
async function firstEnding(exited: Promise<Exit>, timeoutMs: number, options: Following): Promise<Ending> {
  const { signal, clock } = options;
  const stopped = Promise.withResolvers<Ending>();
  const onAbort = () => stopped.resolve("aborted");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  using _timer = timeoutMs > 0 ? clock.after(timeoutMs, () => stopped.resolve("timeout")) : null;
  try {
    return await Promise.race([exited, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function howItEnded(ending: Ending): Pick<ShellResult, "exitCode" | "killedBy" | "signal"> {
  if (ending === "timeout") return { exitCode: null, killedBy: "timeout", signal: null };
  if (ending === "aborted") return { exitCode: null, killedBy: "signal", signal: null };
  if (ending.code === null) return { exitCode: null, killedBy: "signal", signal: ending.signal };
  return { exitCode: ending.code, killedBy: null, signal: null };
}
