import { readFile } from "node:fs/promises";
import process from "node:process";
import type { Clock } from "../../support/clock.ts";
import { findMarked } from "../../support/marked_processes.ts";
import { endProcesses, isRunning, signalled } from "./end_processes.ts";

/** How often what an ended process has started in its last moments is looked for. */
const ROUNDS = 3;

/**
 * Ends the processes that carry a mark in their environment, also those that left their process group. Resolves when
 * none is left, or with what could not be ended.
 */
export async function endMarked(
  name: string,
  value: string,
  { graceMs, clock }: { readonly graceMs: number; readonly clock: Clock },
): Promise<readonly string[]> {
  for (let round = 0; round < ROUNDS; round++) {
    const pids = await strangers(name, value);
    if (pids.length === 0) return [];
    let left = pids; // by their marks: an id may have become another's
    const signal = (kind: NodeJS.Signals) => left.filter((pid) => signalled(pid, kind)).length > 0;
    const isAlive = async () => {
      if (!(await Promise.all(left.map(isRunning))).includes(true)) return false;
      const marked = await strangers(name, value);
      left = left.filter((pid) => marked.includes(pid));
      return left.length > 0;
    };
    if (!await endProcesses({ signal, isAlive }, graceMs, clock)) break;
  }
  return await Promise.all((await strangers(name, value)).map(describe));
}

/** This process may itself be the command of an agent. */
async function strangers(name: string, value: string): Promise<readonly number[]> {
  return (await findMarked(name, value)).filter((pid) => pid !== process.pid);
}

/** Its id and its command. */
async function describe(pid: number): Promise<string> {
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return `${pid} ${words.replaceAll("\0", " ")}`.trim();
}
