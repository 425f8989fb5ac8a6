import { advanceSnapshot, type TaskSnapshot } from "../delegation/task_snapshot.ts";
import { isFinal } from "../protocol/task_state.ts";
import type { StoredTask } from "../store/store.ts";
import { delay } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { HostFinder, type HostFinderOptions, untilAnswered } from "./host_finder.ts";
import { recoverHosts } from "./recover_hosts.ts";
import { snapshotOf } from "./task_rows.ts";

/**
 * An interrupted task is nobody's: nothing tells when somebody goes on with it or cancels it, wherever that is. Nor does
 * a host that cannot be asked. Then the store is looked at this often.
 */
const LOOK_MS = 5_000;

/**
 * Resolves with a task that another process runs, once it is over: its host is asked to tell. One that is interrupted is
 * waited for until it went on and is over. One that was removed counts as cancelled. Rejects with the signal's reason.
 */
export async function untilOver(taskId: string, options: HostFinderOptions): Promise<TaskSnapshot> {
  const { store, clock, signal } = options;
  using finder = new HostFinder(options);
  let last: TaskSnapshot | null = null;
  for (;;) {
    signal.throwIfAborted();
    const task = lookUp(() => store.tasks.get(taskId));
    if (task === undefined && last !== null) return removed(last, clock.now());
    if (task !== undefined && task !== null) {
      last = snapshotOf(task);
      if (isFinal(last.state)) return last;
      if (task.status !== "interrupted" && await isHeard(task, finder, options)) continue;
    }
    await delay(clock, LOOK_MS, signal);
  }
}

/** Whether its host told of a change, or has died, so that the store knows more now. */
async function isHeard(task: StoredTask, finder: HostFinder, options: HostFinderOptions): Promise<boolean> {
  const { store, clock, signal } = options;
  const how = { signal, patience: "wait" } as const;
  const params = { task_id: task.taskId, timeout_s: null, ends_at_question: false };
  try {
    await untilAnswered(async () => {
      const host = finder.live().find(({ hostId }) => hostId === task.hostId);
      if (host === undefined) return void recoverHosts(store, clock.now());
      const client = await finder.connect(host, how);
      await client.request("collect", params, how);
    }, { clock, ...how });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false; // it cannot be asked, or the store cannot
    throw error;
  }
}

/** Null: the store cannot be used at the moment. */
function lookUp(look: () => StoredTask | undefined): StoredTask | null | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function removed(last: TaskSnapshot, at: number): TaskSnapshot {
  const halted = last.state.status === "interrupted"
    ? last
    : advanceSnapshot(last, { type: "host_died", at });
  return advanceSnapshot(halted, { type: "stop_asked", at, cause: "cancelled_by_user" });
}
