import { systemClock } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import type { Parked } from "../delegation/supervisor.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import type { Run } from "./open_run.ts";
import { errorText } from "./render/error_text.ts";
import { oneLine } from "./render/text.ts";

/** How long a task may take to come to the end of its turn, in ms. */
const GRACE_MS = 10_000;
/** A wait that is noticed is explained. */
const TELL_AFTER_MS = 300;

/** Whether a command ends so that nobody can say any more what becomes of its tasks: by SIGTERM or SIGHUP. */
export function isHardEnd(exitCode: number | null): boolean {
  return exitCode === EXIT.terminated || exitCode === EXIT.hangup;
}

/** The tasks of a run that would end with its process. */
export function liveTasks({ session }: Run): readonly string[] {
  const own = session.supervisor.table.childrenOf(null);
  return own.filter(({ isLive }) => isLive).map(({ id }) => id);
}

/**
 * Moves what runs to the detached host, which goes on with it at its next turn, and says so. Where no such host can be
 * had the tasks are interrupted and can be resumed, which is said too. Never rejects.
 */
export async function moveTasks(io: Io, run: Run): Promise<void> {
  await run.moving(() => parkAndHandOver(io, run));
}

async function parkAndHandOver(io: Io, run: Run): Promise<void> {
  const taskIds = await parkTasks(io, run);
  if (taskIds.length === 0) return;
  try {
    await handOver(io, taskIds);
  } catch (error) {
    const state = error instanceof UserError ? error.message : String(error);
    io.stderr.write(errorText({ message: `Cannot move the tasks to the background: ${state}` }));
    tellInterrupted(io, taskIds);
  }
}

/** Asks the detached host to go on with tasks. What that takes is loaded here: most runs end without it. */
async function handOver(io: Io, taskIds: readonly string[]): Promise<void> {
  const { onDetachedHost } = await import("./lifecycle/detached_host.ts");
  const { handedEnvironment } = await import("./lifecycle/handed_environment.ts");
  const { Reach } = await import("./lifecycle/reach.ts");
  using reach = new Reach(io, new AbortController().signal);
  const params = { task_ids: [...taskIds], ...handedEnvironment(io, reach) };
  const { signal } = reach;
  await onDetachedHost(io, reach, (client) => client.request("resume", params, { signal }));
  io.stderr.write(`hermes: ${taskIds.join(", ")} ${are(taskIds)} in the background now (hermes list)\n`);
}

/** Interrupts what runs, so that it costs nothing and can be resumed, and says so. */
export async function interruptTasks(io: Io, run: Run): Promise<void> {
  const parked = await run.session.park(0);
  const taskIds = ownOf(parked);
  if (taskIds.length === 0) return;
  tellCutOff(io, parked);
  tellInterrupted(io, taskIds);
}

async function parkTasks(io: Io, run: Run): Promise<readonly string[]> {
  using _told = systemClock.after(
    TELL_AFTER_MS,
    () => io.stderr.write(`hermes: waiting for turns to end, at most ${GRACE_MS / 1000} s\n`),
  );
  const parked = await run.session.park(GRACE_MS);
  tellCutOff(io, parked);
  return ownOf(parked);
}

function ownOf(parked: readonly Parked[]): readonly string[] {
  return parked.filter(({ record }) => record.spec.ownerId === null && !record.isFinal).map(({ record }) =>
    record.id
  );
}

function tellCutOff(io: Io, parked: readonly Parked[]): void {
  for (const { record, cutOff } of parked) {
    if (cutOff.length > 0) {
      io.stderr.write(`hermes: ${record.id} was cut off in ${oneLine(cutOff.join(", "))}\n`);
    }
  }
}

function tellInterrupted(io: Io, taskIds: readonly string[]): void {
  const ids = taskIds.join(" ");
  io.stderr.write(`hermes: ${taskIds.join(", ")} ${are(taskIds)} interrupted (hermes resume ${ids})\n`);
}

function are(taskIds: readonly string[]): string {
  return taskIds.length === 1 ? "is" : "are";
}
