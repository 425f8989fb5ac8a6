import type { TaskRecord } from "../delegation/task_record.ts";
import { advanceSnapshot, readSnapshot, type TaskSnapshot, withUsage } from "../delegation/task_snapshot.ts";
import type { TaskEvent } from "../protocol/task_state.ts";
import type { StoredTask, TaskRow } from "../store/store.ts";
import type { UsageSum } from "../store/usage.ts";

/** A task as the store keeps it, run by this host. */
export function rowOf({ snapshot }: Pick<TaskRecord, "snapshot">, hostId: string): TaskRow {
  const { spec, state, createdAt } = snapshot;
  return {
    taskId: spec.taskId,
    sessionId: spec.sessionId,
    ownerId: spec.ownerId,
    hostId,
    status: state.status,
    createdAt,
    endedAt: "endedAt" in state ? state.endedAt : null,
    body: snapshot,
  };
}

/** What a stored task holds. */
export function snapshotOf(task: StoredTask): TaskSnapshot {
  return readSnapshot(task.body);
}

/** A stored task after an event that came while no process had it. */
export function advanceRow(task: StoredTask, event: TaskEvent, hostId = task.hostId): TaskRow {
  return rowOf({ snapshot: advanceSnapshot(snapshotOf(task), event) }, hostId);
}

/** A stored task whose host has died, with all that its requests came to. */
export function interruptedRow(task: StoredTask, used: UsageSum, at: number): TaskRow {
  return advanceRow({ ...task, body: withUsage(snapshotOf(task), used) }, { type: "host_died", at });
}

/** Stored tasks in an order in which each comes after the one that spawned it, as far as that is among them. */
export function topDown(tasks: readonly StoredTask[]): readonly StoredTask[] {
  const ids = new Set(tasks.map(({ taskId }) => taskId));
  const isAmongThem = (ownerId: string | null) => ownerId !== null && ids.has(ownerId);
  const below = Map.groupBy(tasks, ({ ownerId }) => isAmongThem(ownerId) ? ownerId : null);
  const walk = (above: string | null): readonly StoredTask[] =>
    (below.get(above) ?? []).flatMap((task) => [task, ...walk(task.taskId)]);
  return walk(null);
}
