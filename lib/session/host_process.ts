import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { asUnwritable } from "../config/unwritable.ts";
import { HOST_COMMAND, HOST_READY, HOST_REFUSED, type HostRefusal } from "./host_command.ts";
import { passedOn } from "./by_agent.ts";
import { launchOf } from "../support/runtime.ts";
import { messageOf, UserError } from "../support/errors.ts";
import { TRANSPORT_VARIABLES } from "../support/transport.ts";

/** What the detached host is started with. */
export interface StartHost {
  /** The state directory. */
  readonly home: string;
  /** The URL of main.ts as this program knows it. */
  readonly entry: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Marks of a command that a task runs: a host that such a command starts is not the task's. */
const MARKS = ["HERMES_HOST_ID", "HERMES_SESSION_ID", "HERMES_TASK_ID"];

/**
 * Starts the detached host of a state directory as a process of its own, that outlives this one. Resolves when a host
 * answers there: this one, or the one that was faster. Rejects with a `UserError` when it cannot be started.
 */
export async function startHost({ home, entry, env, signal }: StartHost): Promise<void> {
  signal.throwIfAborted();
  const logs = join(home, "logs");
  const log = openLog(logs);
  try {
    const { program, args } = launchOf(entry);
    const child = spawn(program, [...args, HOST_COMMAND], {
      cwd: "/",
      env: { ...ownOnly(env), ...passedOn(env), HERMES_HOME: home },
      detached: true,
      stdio: ["ignore", "pipe", log],
    });
    await ready(child, signal, join(logs, LOG_FILE));
  } finally {
    closeSync(log);
  }
}

const LOG_FILE = "host.log";
/** Waits for nobody to read it, should it be a pipe. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

function openLog(logs: string): number {
  try {
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    return openSync(join(logs, LOG_FILE), APPEND, 0o600);
  } catch (error) {
    throw asUnwritable(error, logs);
  }
}

async function ready(child: ChildProcess, signal: AbortSignal, log: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = "";
  child.stdout?.on("data", (bytes: Uint8Array) => {
    said += new TextDecoder().decode(bytes);
    if (said.startsWith(HOST_READY)) resolve();
  });
  child.once("error", (error) => reject(cannotStart(messageOf(error), log)));
  child.once("close", (code) => {
    if (code === 0) resolve();
    else reject(refusalIn(said) ?? cannotStart(`it ended with code ${code}`, log));
  });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    child.stdout?.destroy();
    child.unref();
  }
}

/** What the host said that a user can mend. */
function refusalIn(said: string): UserError | null {
  if (!said.startsWith(HOST_REFUSED)) return null;
  const { message, hint, exitCode }: HostRefusal = JSON.parse(said.slice(HOST_REFUSED.length));
  return new UserError(message, { ...hint === undefined ? {} : { hint }, exitCode });
}

function cannotStart(state: string, log: string): UserError {
  return new UserError(`Cannot start the detached host: ${state}`, { hint: `See ${log}`, exitCode: 1 });
}

/** Its tasks bring the proxies and authorities of their own commands. */
function ownOnly(env: StartHost["env"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] =>
      entry[1] !== undefined && !MARKS.includes(entry[0]) && !TRANSPORT_VARIABLES.includes(entry[0])
    ),
  );
}
