import { existsSync } from "node:fs";
import { recoverHosts } from "../../lib/session/recover_hosts.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { HostRow } from "../../lib/store/store.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { isProcessAlive, processState } from "../../lib/support/process_mark.ts";

/** The detached hosts of a state directory that live; none where there is no store that can be read. */
export function detachedHosts(home: string): readonly HostRow[] {
  if (!existsSync(`${home}/sessions.db`)) return [];
  try {
    using store = openStore(home, { clock: systemClock });
    return store.hosts.live().filter(({ kind }) => kind === "detached");
  } catch {
    return []; // the case has damaged it on purpose
  }
}

/** Kills the detached hosts of a state directory, with all that their tasks have started. */
export async function endDetachedHosts(home: string): Promise<void> {
  const hosts = detachedHosts(home);
  if (hosts.length === 0) return;
  for (const { pid } of hosts) kill(pid);
  for (const host of hosts) await untilDead(host);
  using store = openStore(home, { clock: systemClock });
  recoverHosts(store, systemClock.now());
}

/** Resolves when each process that runs tasks of a state directory can be asked. */
export async function untilListening(home: string): Promise<void> {
  using store = openStore(home, { clock: systemClock });
  while (store.hosts.live().some(({ socket }) => socket === null)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves when a process that is about to end has ended. */
export async function untilDead({ pid, startMark }: Pick<HostRow, "pid" | "startMark">): Promise<void> {
  while (isProcessAlive(pid, startMark)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Resolves when a process stands still that was told to. */
export async function untilStopped({ pid, startMark }: Pick<HostRow, "pid" | "startMark">): Promise<void> {
  while (processState(pid, startMark) !== "stopped") await new Promise((resolve) => setTimeout(resolve, 10));
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has left by itself meanwhile.
  }
}
