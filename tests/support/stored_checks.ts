import assert from "node:assert/strict";
import type { JournalEvent } from "../../lib/protocol/events.ts";
import { isFinal } from "../../lib/protocol/task_state.ts";
import { readSnapshot } from "../../lib/delegation/task_snapshot.ts";
import type { Store, StoredTask } from "../../lib/store/store.ts";
import { readingsOf } from "./stored_deliveries.ts";

/** What holds of a stored session at any moment, whatever became of its hosts. */
export function checkStored(store: Store, sessionId: string): void {
  const tasks = store.tasks.list({ sessionId });
  checkDeliveries(store, sessionId, tasks);
  const journals = store.sessions().map((session) => [...store.events(session.sessionId, 0)]);
  for (const journal of journals) checkNumbers(journal);
  checkEnds(journals.flat(), tasks);
}

/** Delivered is what stands in the owner's stored conversation or was printed for the shell, and a notice is only of what it had not read before. */
function checkDeliveries(store: Store, sessionId: string, tasks: readonly StoredTask[]): void {
  for (const owner of new Set(tasks.map(({ ownerId }) => ownerId))) {
    const readings = readingsOf(store.conversation(sessionId, owner));
    for (const { taskId, delivered } of tasks.filter(({ ownerId }) => ownerId === owner)) {
      const ways = readings.filter((reading) => reading.taskId === taskId).map(({ way }) => way);
      const told = `${taskId} of ${owner ?? "the session"}: ${
        delivered?.by ?? "not delivered"
      }, read by ${ways}`;
      if (delivered === null || delivered.by === "print") assert.deepEqual(ways, [], told);
      else assert.ok(ways.some((way) => way === delivered.by), told);
      assert.ok(ways.lastIndexOf("notice") <= 0, `delivered again: ${told}`);
    }
  }
}

function checkNumbers(events: readonly JournalEvent[]): void {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
    "numbered without gaps",
  );
}

/** Each task ended as often as it did, in the journal of the session whose host ran it then. */
function checkEnds(events: readonly JournalEvent[], tasks: readonly StoredTask[]): void {
  for (const { taskId, body, status } of tasks) {
    const own = events.filter(({ task_id }) => task_id === taskId);
    const ends = own.filter(({ type }) => type === "task.ended");
    const isOver = isFinal(readSnapshot(body).state);
    assert.equal(ends.length, isOver ? 1 : 0, `${taskId} is ${status} and ended ${ends.length} times`);
    const told = own.filter(({ type }) => type === "task.delivered");
    assert.ok(told.length <= 1, `${taskId} was said to be delivered ${told.length} times`);
  }
}
