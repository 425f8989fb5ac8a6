import { NO_TASKS, type TaskCounts, taskCounts } from "../store/session_counts.ts";
import type { Store } from "../store/store.ts";
import { snapshotOf } from "./task_rows.ts";

/** Why a session stays: what works on it, and what of it still waits for somebody. Empty when nothing does. */
export interface Reasons {
  readonly works: readonly string[];
  readonly waits: readonly string[];
}

/**
 * Removes a session with all that is kept of it, unless something works on it or, without `force`, something of it still
 * waits. Looks and removes in one step, so that nothing begins in between. Returns why it stays; null when it is gone.
 */
export function removeSession(
  store: Store,
  sessionId: string,
  { force }: { readonly force: boolean },
): Reasons | null {
  let reasons: Reasons = { works: [], waits: [] };
  const isGone = store.removeSession(sessionId, () => {
    reasons = reasonsToKeep(store, sessionId);
    return reasons.works.length === 0 && (force || reasons.waits.length === 0);
  });
  return isGone ? null : reasons;
}

/**
 * Removes a session of which nothing is needed and that had no sign of life since `before`, in milliseconds since the
 * epoch; any other stays. In steps that are short, each of which looks again.
 */
export function* removeInSteps(store: Store, sessionId: string, before: number): Generator<void> {
  const mayGo = () => {
    const { lastAt } = store.session(sessionId) ?? {};
    if (lastAt === undefined || lastAt >= before) return false;
    const { works, waits } = reasonsToKeep(store, sessionId);
    return works.length === 0 && waits.length === 0;
  };
  while (store.shortenJournal(sessionId, mayGo)) yield;
  store.removeSession(sessionId, mayGo);
  yield;
}

function reasonsToKeep(store: Store, sessionId: string): Reasons {
  const host = store.hosts.live().find((each) => each.sessionId === sessionId);
  const tasks = taskCounts(store.database, sessionId).get(sessionId) ?? NO_TASKS;
  return {
    works: [
      ...host === undefined ? [] : [`the process ${host.pid} has it open`],
      ...tasks.live === 0 ? [] : [`${count(tasks.live, "task")} not over`],
    ],
    waits: [...waitingOf(tasks), ...followersOf(store, sessionId, tasks)],
  };
}

function waitingOf({ interrupted, undelivered }: TaskCounts): readonly string[] {
  return [
    ...interrupted === 0 ? [] : [`${count(interrupted, "task")} interrupted`],
    ...undelivered === 0 ? [] : [`${count(undelivered, "result")} not delivered`],
  ];
}

/** Tasks of other sessions that are not over and were to follow one of this session: its summary ends their context. */
function followersOf(store: Store, sessionId: string, { total }: TaskCounts): readonly string[] {
  if (total === 0) return [];
  const others = store.tasks.list({ isOpen: true })
    .filter((task) =>
      task.sessionId !== sessionId && (task.endedAt === null || task.status === "interrupted")
    );
  const awaited = new Set(others.flatMap((task) => snapshotOf(task).spec.after));
  const found = [...awaited].filter((taskId) => store.tasks.get(taskId)?.sessionId === sessionId);
  return found.length === 0 ? [] : [`another session's task follows ${found.join(", ")}`];
}

function count(number: number, what: string): string {
  return number === 1 ? `1 ${what} is` : `${number} ${what}s are`;
}
