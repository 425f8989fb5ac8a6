import type { JournalEvent } from "../protocol/events.ts";
import type { Store, StoredTask } from "../store/store.ts";
import { snapshotOf } from "./task_rows.ts";

/** The sessions whose journals have events of a task, the first one first. */
export function journalsOf(task: StoredTask): readonly string[] {
  return snapshotOf(task).journals ?? [task.sessionId];
}

/**
 * The journalled events of a task, oldest first, from all sessions in which it ran: a resumed one may have gone on in
 * another. `since` has the number of the last event of a session that is not wanted.
 */
export function* taskEvents(
  store: Store,
  task: StoredTask,
  since: ReadonlyMap<string, number> = new Map(),
): Iterable<JournalEvent> {
  const journals = journalsOf(task).map((sessionId) =>
    Iterator.from(store.events(sessionId, since.get(sessionId) ?? 0)).filter(({ task_id }) =>
      task_id === task.taskId
    )
  );
  const heads = journals.map((events) => events.next());
  for (;;) {
    const first = earliest(heads);
    const head = heads[first];
    if (head === undefined || head.done === true) return;
    yield head.value;
    heads[first] = journals[first]?.next() ?? head; // one for each head
  }
}

/** The index of the earliest of the next events; each journal keeps its order, whatever clocks did. -1: there is none. */
function earliest(heads: readonly IteratorResult<JournalEvent>[]): number {
  let first = -1;
  let at = "";
  for (const [index, head] of heads.entries()) {
    if (head.done === true || (first >= 0 && head.value.at >= at)) continue;
    first = index;
    at = head.value.at;
  }
  return first;
}
