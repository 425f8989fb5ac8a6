import assert from "node:assert/strict";
import { TaskRecord } from "../../lib/delegation/task_record.ts";
import { advanceSnapshot } from "../../lib/delegation/task_snapshot.ts";
import { viewTask } from "../../lib/delegation/view.ts";
import { NO_USAGE } from "../../lib/protocol/conversation.ts";
import type { TaskEvent } from "../../lib/protocol/task_state.ts";
import { taskRecord } from "../support/task_records.ts";

/** The record of a task that began at 1 s, was last heard of at 2.2 s, and whose host was found dead at 110 s. */
function lost(): TaskRecord {
  const record = taskRecord({}, [{ type: "started", at: 1_000 }]);
  record.progress.fold({ type: "text", delta: "a" }, 2_200);
  return TaskRecord.restored(advanceSnapshot(record.snapshot, { type: "host_died", at: 110_000 }), () => {});
}

function elapsedS(record: TaskRecord, now: number): number {
  const subtree = { tokens: NO_USAGE, cost_usd: null };
  return viewTask(record, { now, queuePosition: null, delivered: false, subtree }).elapsed_s;
}

const final = { summary: "s", outcome: "done" } as const;

/** [what happens then, how long it has worked at 130 s] */
const LIVES: readonly (readonly [string, readonly TaskEvent[], number])[] = [
  ["nothing", [], 1.2],
  ["it is cancelled", [{ type: "stop_asked", at: 115_000, cause: "cancelled_by_user" }], 1.2],
  ["it waits to go on", [{ type: "resumed", at: 115_000 }], 1.2],
  ["it is cancelled in the queue", [
    { type: "resumed", at: 115_000 },
    { type: "stop_asked", at: 116_000, cause: "cancelled_by_user" },
  ], 1.2],
  ["it goes on", [{ type: "resumed", at: 115_000 }, { type: "started", at: 120_000 }], 11.2],
  ["it goes on and ends", [
    { type: "resumed", at: 115_000 },
    { type: "started", at: 120_000 },
    { type: "finished", at: 121_500, final },
  ], 2.7],
];

for (const [claim, events, expected] of LIVES) {
  Deno.test(`viewTask() counts the time at work of a task that lost its host, when then ${claim}`, () => {
    const record = lost();
    for (const event of events) record.apply(event);
    assert.equal(elapsedS(record, 130_000), expected);
    assert.equal(elapsedS(TaskRecord.restored(record.snapshot, () => {}), 130_000), expected, "stored");
  });
}
