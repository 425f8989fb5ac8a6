import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import { type Clock, delay } from "../../support/clock.ts";

/** A process that leads a group of its own. */
export interface ProcessGroup {
  readonly pid: number;
  /** Resolves when the leader has ended, whatever became of the others. Never rejects. */
  readonly exited: Promise<unknown>;
}

/** After SIGKILL only the kernel is awaited; past this time (ms) it is stuck in a device and nobody can help. */
const KILL_WAIT_MS = 2000;
/** First and longest pause between two looks at a group, in ms. */
const LOOK_MS = { first: 2, longest: 50 };

/** Asks every process of the group to end, kills what is left after `graceMs`, and resolves when none is alive. */
export async function endGroup(group: ProcessGroup, graceMs: number, clock: Clock): Promise<void> {
  if (!signalGroup(group.pid, "SIGTERM")) return;
  if (await isGoneWithin(group, graceMs, clock)) return;
  signalGroup(group.pid, "SIGKILL");
  await isGoneWithin(group, KILL_WAIT_MS, clock);
}

/** Whether `promise` resolved before `ms` were over. */
export async function resolvesWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  using _timer = clock.after(ms, () => late.resolve(false));
  return await Promise.race([promise.then(() => true), late.promise]);
}

/**
 * The leader's end is an event. The others are not our children and send none, so once it is gone they are looked at,
 * at growing intervals.
 */
async function isGoneWithin(group: ProcessGroup, ms: number, clock: Clock): Promise<boolean> {
  const until = clock.now() + ms;
  if (!await resolvesWithin(group.exited, ms, clock)) return false;
  for (let pause = LOOK_MS.first; await isAlive(group.pid); pause = Math.min(2 * pause, LOOK_MS.longest)) {
    const left = until - clock.now();
    if (left <= 0) return false;
    await delay(clock, Math.min(pause, left));
  }
  return true;
}

/** A signal reaches zombies too, so where there is a /proc the states of the members decide. */
async function isAlive(pgid: number): Promise<boolean> {
  if (!signalGroup(pgid, 0)) return false;
  if (process.platform !== "linux") return true;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.some((stat) => isLiveMember(stat, pgid));
}

/** Reads `pid (name) state ppid pgrp …` of proc_pid_stat(5); the name may hold anything, parentheses too. */
function isLiveMember(stat: string, pgid: number): boolean {
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(group) === pgid && state !== "Z" && state !== "X";
}

/** False when the group has no member left. */
function signalGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pgid, signal);
    return true;
  } catch {
    return false;
  }
}
