import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import type { Clock } from "../../support/clock.ts";
import { endProcesses, readStat, signalled } from "./end_processes.ts";

/** A process that leads a group of its own. */
export interface ProcessGroup {
  readonly pid: number;
  /** Resolves when the leader has ended, whatever became of the others. Never rejects. */
  readonly exited: Promise<unknown>;
}

/** Asks every process of the group to end, kills what is left after `graceMs`, and resolves when none is alive. */
export async function endGroup({ pid, exited }: ProcessGroup, graceMs: number, clock: Clock): Promise<void> {
  const doomed = {
    exited,
    signal: (signal: NodeJS.Signals) => signalled(-pid, signal),
    isAlive: () => isAlive(pid),
  };
  await endProcesses(doomed, graceMs, clock);
}

/** A signal reaches zombies too, so where there is a /proc the states of the members decide. */
async function isAlive(pgid: number): Promise<boolean> {
  if (!signalled(-pgid, 0)) return false;
  if (process.platform !== "linux") return true;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.map(readStat).some(({ group, isRunning }) => group === pgid && isRunning);
}
