import assert from "node:assert/strict";
import { ask, cancel, check, collectAll, spawn, steer } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";

/** What is more than there are slots for. */
export const QUEUE: readonly Case[] = [
  {
    name: "queue-tells-the-position",
    demands: "A task beyond the slots is queued and says at which position; one with a slot has none",
    because: "a full pool that runs the task in the parent's turn instead freezes the parent",
    wishes: { slots: 2 },
    run: tellsPosition,
  },
  {
    name: "queue-is-first-in-first-out",
    demands: "Queued tasks start in the order of their spawns, each only when a slot is free",
    because: "a queue without an order starves somebody",
    wishes: { slots: 1 },
    run: firstInFirstOut,
  },
  {
    name: "queue-refuses-at-its-end",
    demands:
      "A task that no longer fits in the queue is refused with queue_full, and no child of it ever asks",
    because: "work that was taken and dropped is worse than work refused",
    wishes: { slots: 1, queue: 1 },
    run: refusesAtItsEnd,
  },
  {
    name: "queue-forgets-a-cancelled-task",
    demands: "A task cancelled in the queue never starts, and those behind it move up",
    because: "what was cancelled must cost nothing",
    wishes: { slots: 1 },
    run: forgetsCancelled,
  },
  {
    name: "queue-passes-a-waiting-child",
    demands:
      "A child that waits for an answer lends its slot to the queue, and goes on when it has the answer",
    because: "a slot that only waits is a slot lost",
    wishes: { slots: 1 },
    run: passesWaiting,
  },
];

async function tellsPosition(stage: Stage): Promise<void> {
  const goals = ["GOAL-A", "GOAL-B", "GOAL-C", "GOAL-D"];
  const replies = await stage.parent.does(...goals.map((goal) => spawn(goal)));
  assert.deepEqual(
    replies.map(({ status, waiting_for, queue_position }) => [status, waiting_for, queue_position]),
    [["running", null, null], ["running", null, null], ["queued", "slot", 1], ["queued", "slot", 2]],
  );
  assert.deepEqual(replies.at(-1).slots, { running: 2, limit: 2, queued: 2 });
}

async function firstInFirstOut(stage: Stage): Promise<void> {
  const goals = ["GOAL-A", "GOAL-B", "GOAL-C", "GOAL-D"];
  const replies = await stage.parent.does(...goals.map((goal) => spawn(goal)));
  const collected = stage.parent.does(collectAll(replies.map(({ task_id }) => task_id)));
  for (const [index, goal] of goals.entries()) {
    await stage.child(goal).asks();
    const early = goals.slice(index + 1).filter((other) => stage.child(other).seen.length > 0);
    assert.deepEqual(early, [], `started before ${goal} had ended`);
    await stage.child(goal).finishes(`did ${goal}`);
  }
  const [{ results }] = await collected;
  assert.deepEqual(
    results.map(({ summary }: { summary: string }) => summary),
    goals.map((goal) => `did ${goal}`),
  );
}

async function refusesAtItsEnd(stage: Stage): Promise<void> {
  const [first, second, third] = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"), spawn("GOAL-C"));
  assert.deepEqual([first.status, second.status], ["running", "queued"]);
  assert.equal(third.error?.code, "queue_full");
  const collected = stage.parent.does(collectAll([first.task_id, second.task_id]));
  await stage.child("GOAL-A").finishes("did A");
  await stage.child("GOAL-B").finishes("did B");
  await collected;
  await stage.parent.says("ok");
  await stage.end();
  assert.equal(stage.child("GOAL-C").seen.length, 0, "the refused one asked its model");
}

async function forgetsCancelled(stage: Stage): Promise<void> {
  const [a, b, c] = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"), spawn("GOAL-C"));
  const [cancelled] = await stage.parent.does(cancel(b.task_id));
  assert.deepEqual([cancelled.status, cancelled.reason], ["cancelled", "cancelled_by_parent"]);
  const [behind] = await stage.parent.does(check(c.task_id));
  assert.equal(behind.queue_position, 1);
  const collected = stage.parent.does(collectAll([a.task_id, c.task_id]));
  await stage.child("GOAL-A").finishes("did A");
  await stage.child("GOAL-C").finishes("did C");
  await collected;
  assert.equal(stage.child("GOAL-B").seen.length, 0, "the cancelled one asked its model");
}

async function passesWaiting(stage: Stage): Promise<void> {
  const [a] = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"));
  const answered = stage.child("GOAL-A").doesRaw(ask("which one?"));
  await stage.child("GOAL-B").asks();
  const [looked] = await stage.parent.does(check(a.task_id));
  assert.deepEqual([looked.status, looked.question], ["needs_input", "which one?"]);
  await stage.parent.does(steer(a.task_id, "the second"));
  await stage.child("GOAL-B").finishes("did B");
  assert.match((await answered).join(), /the second/);
}
