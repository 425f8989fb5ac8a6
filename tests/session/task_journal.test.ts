import assert from "node:assert/strict";
import { taskEvents } from "../../lib/session/task_journal.ts";
import { beginIn, event, StoreGround, taskRow } from "../store/store_ground.ts";
import { taskRecord } from "../support/task_records.ts";

Deno.test("taskEvents() has the events of a task from every session in which it ran, in their order", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const [first, second] = [beginIn(store), beginIn(store)];
  const journals = [first.sessionId, second.sessionId];
  const { snapshot } = taskRecord({ taskId: "t00001", sessionId: first.sessionId }, []);
  first.taskChanged("t00001", () => taskRow(first, "t00001", { body: { ...snapshot, journals } }));
  const at = (ms: number) => new Date(ms).toISOString();
  first.append({ ...event(first, 1, "t00001"), at: at(1) });
  first.append({ ...event(first, 2, "t00002"), at: at(2) });
  first.append({ ...event(first, 3, "t00001"), at: at(3) });
  second.append({ ...event(second, 1), at: at(4) });
  second.append({ ...event(second, 2, "t00001"), at: at(5) });
  first.append({ ...event(first, 4, "t00001"), at: at(6) });
  first.flush();
  second.flush();
  const task = store.tasks.get("t00001")!;
  const placed = (since?: ReadonlyMap<string, number>) =>
    [...taskEvents(store, task, since)].map(({ session_id, seq }) => [journals.indexOf(session_id), seq]);
  assert.deepEqual(placed(), [[0, 1], [0, 3], [1, 2], [0, 4]]);
  assert.deepEqual(placed(new Map([[first.sessionId, 3]])), [[1, 2], [0, 4]]);
});
