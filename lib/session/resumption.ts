import type { Supervisor } from "../delegation/supervisor.ts";
import type { TaskRecord } from "../delegation/task_record.ts";
import { isFinal } from "../protocol/task_state.ts";
import type { SessionStore, Store, StoredTask } from "../store/store.ts";
import { ToolFailure } from "../support/errors.ts";
import { advanceRow, snapshotOf, topDown } from "./task_rows.ts";

/** Where tasks are taken from, and who runs them from now on. */
export interface Resumption {
  readonly store: Store;
  readonly stored: SessionStore;
  readonly supervisor: Supervisor;
}

/** Takes in the tasks of the session that nobody runs, as its earlier runs left them. Returns those that others run. */
export function adoptSession({ store, stored, supervisor }: Resumption): readonly StoredTask[] {
  const tasks = store.tasks.list({ sessionId: stored.sessionId });
  supervisor.adopt(topDown(tasks.filter(isNobodys)).map(snapshotOf));
  return tasks.filter((task) => !isNobodys(task));
}

/**
 * Lets an interrupted task, and what below it was interrupted with it, go on in this process. Of several processes that
 * try, one gets it. Throws {@linkcode ToolFailure} with the state that the task is in, or when it is not known.
 */
export function resumeTask(resumption: Resumption, taskId: string): TaskRecord {
  const { store, supervisor } = resumption;
  const task = store.tasks.get(taskId);
  if (task === undefined) {
    throw new ToolFailure("unknown_task", `Cannot resume task "${taskId}": there is none of that id`);
  }
  refuseBelow(store, task);
  if (!take(resumption, task)) throw notInterrupted(store.tasks.get(taskId) ?? task);
  const below = belowOf(store, task);
  const taken = new Set(
    below.filter(({ status }) => status === "interrupted").filter((each) => take(resumption, each)),
  );
  const found = [
    ...aboveOf(store, task),
    task,
    ...below.filter((each) => taken.has(each) || isNobodys(each)),
  ];
  supervisor.adopt(found.map(snapshotOf));
  for (const each of [task, ...taken]) {
    const record = supervisor.table.get(each.taskId);
    if (record?.state.status === "interrupted") supervisor.resume(record);
  }
  return supervisor.table.find(taskId, null);
}

/** Whether it is this process's now. */
function take({ store, stored, supervisor }: Resumption, task: StoredTask): boolean {
  const at = supervisor.ground.clock.now();
  const change = (found: StoredTask) => advanceRow(found, { type: "resumed", at }, stored.hostId);
  return store.tasks.takeInterrupted(task.taskId, change) !== null;
}

function isNobodys({ status }: StoredTask): boolean {
  return status === "interrupted" || status === "completed" || status === "failed" || status === "cancelled";
}

/** A task of a child that is itself interrupted goes on with that child, which waits for it. */
function refuseBelow(store: Store, { taskId, ownerId }: StoredTask): void {
  const owner = ownerId === null ? undefined : store.tasks.get(ownerId);
  if (owner?.status !== "interrupted") return;
  throw new ToolFailure(
    "not_running",
    `Cannot resume task ${taskId}: its owner ${owner.taskId} is interrupted`,
    {
      hint: `Resume ${owner.taskId}: its tasks go on with it`,
    },
  );
}

function notInterrupted(task: StoredTask): ToolFailure {
  const state = isFinal(snapshotOf(task).state) ? `already ${task.status}` : task.status;
  return new ToolFailure("not_running", `Cannot resume task ${task.taskId}: it is ${state}`);
}

/** The tasks above one whose owner is over: they say who may see it, and what they have left is all that it may use. */
function aboveOf(store: Store, { ownerId }: StoredTask): readonly StoredTask[] {
  const owner = ownerId === null ? undefined : store.tasks.get(ownerId);
  return owner !== undefined && isNobodys(owner) ? [...aboveOf(store, owner), owner] : [];
}

function belowOf(store: Store, { taskId, sessionId }: StoredTask): readonly StoredTask[] {
  const walk = (above: string, tasks: readonly StoredTask[]): readonly StoredTask[] =>
    tasks.filter(({ ownerId }) => ownerId === above).flatMap((task) => [task, ...walk(task.taskId, tasks)]);
  return walk(taskId, store.tasks.list({ sessionId }));
}
