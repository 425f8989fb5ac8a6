import type { TaskKeeper } from "../delegation/task_keeper.ts";
import type { SessionStore, Store } from "../store/store.ts";
import type { Redactor } from "../support/redact.ts";
import { rowOf, snapshotOf } from "./task_rows.ts";
import { withWholeCarried } from "./whole_carried.ts";

/** Keeps the tasks of a session in its store, without secrets; what their conversations hold comes without. */
export function storeKeeper(store: Store, session: SessionStore, redactor: Redactor): TaskKeeper {
  return {
    changed: (record) => session.taskChanged(record.id, () => redactor.value(rowOf(record, session.hostId))),
    conversation: (record, update) => session.conversationChanged(record.id, withWholeCarried(update)),
    history(record) {
      session.flush(); // this process itself may have run it before
      return store.conversation(record.spec.sessionId, record.id);
    },
    find(taskId) {
      const task = store.tasks.get(taskId);
      return task === undefined ? undefined : snapshotOf(task);
    },
    lastIds: (count) => store.tasks.lastIds(count),
  };
}
