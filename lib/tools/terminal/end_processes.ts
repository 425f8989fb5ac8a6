import { readFile } from "node:fs/promises";
import process from "node:process";
import { type Clock, delay } from "../../support/clock.ts";
import { statFields } from "../../support/proc_stat.ts";

/** Processes that are to end. */
export interface Doomed {
  /** Sends all of them a signal; false when none is left. */
  signal(signal: NodeJS.Signals): boolean;
  isAlive(): Promise<boolean>;
  /** Resolves with the end of the one that tells of it; absent: none does. Never rejects. */
  readonly exited?: Promise<unknown>;
}

/** After SIGKILL only the kernel is awaited; past this time (ms) it is stuck in a device and nobody can help. */
const KILL_WAIT_MS = 2000;
/** First and longest pause between two looks, in ms. */
const LOOK_MS = { first: 2, longest: 50 };

/** Asks processes to end, kills what is left after `graceMs`, and resolves when none is alive; false: some cannot be ended. */
export async function endProcesses(doomed: Doomed, graceMs: number, clock: Clock): Promise<boolean> {
  if (!doomed.signal("SIGTERM")) return true;
  if (await isGoneWithin(doomed, graceMs, clock)) return true;
  doomed.signal("SIGKILL");
  return await isGoneWithin(doomed, KILL_WAIT_MS, clock);
}

/** Whether `promise` resolved before `ms` were over. */
export async function resolvesWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  using _timer = clock.after(ms, () => late.resolve(false));
  return await Promise.race([promise.then(() => true), late.promise]);
}

/** The group of a process and whether it runs still, of the text of its proc_pid_stat(5): state, parent, group. */
export function readStat(stat: string): { readonly group: number; readonly isRunning: boolean } {
  const [state, , group] = statFields(stat);
  return { group: Number(group), isRunning: state !== undefined && !"ZX".includes(state) };
}

/** Whether a process runs: one that has ended and was not noticed yet does not. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!signalled(pid, 0)) return false;
  if (process.platform !== "linux") return true;
  return readStat(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")).isRunning;
}

/** Sends a signal to a process, or with a negative id to a group; false when there is none. */
export function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * The end of our own child is an event. Others are not our children and send none, so once it is gone they are looked
 * at, at growing intervals.
 */
async function isGoneWithin({ exited, isAlive }: Doomed, ms: number, clock: Clock): Promise<boolean> {
  const until = clock.now() + ms;
  if (exited !== undefined && !await resolvesWithin(exited, ms, clock)) return false;
  for (let pause = LOOK_MS.first; await isAlive(); pause = Math.min(2 * pause, LOOK_MS.longest)) {
    const left = until - clock.now();
    if (left <= 0) return false;
    await delay(clock, Math.min(pause, left));
  }
  return true;
}
