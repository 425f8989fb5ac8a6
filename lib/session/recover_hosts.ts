import process from "node:process";
import type { Recovery, Store } from "../store/store.ts";
import { markedProcesses } from "../support/marked_processes.ts";
import { interruptedRow } from "./task_rows.ts";

/** The variable by which a command is known to be a host's, whatever became of its process group. */
export const HOST_MARK = "HERMES_HOST_ID";

/**
 * Looks for hosts that died: their tasks become interrupted, and what they left running is ended. `now` in milliseconds
 * since the epoch.
 */
export function recoverHosts(store: Store, now: number): Recovery {
  const found = store.recover((task, used) => interruptedRow(task, used, now));
  const left = markedProcesses(HOST_MARK, found.hosts.map(({ hostId }) => hostId));
  for (const pid of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  return found;
}
