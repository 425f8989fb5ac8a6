import assert from "node:assert/strict";
import { callDelegation } from "../../lib/delegation/delegation_calls.ts";
import { Supervisor } from "../../lib/delegation/supervisor.ts";
import { Workers } from "../../lib/delegation/workers.ts";
import { type Clock, systemClock } from "../../lib/support/clock.ts";
import { AGENT, testGround } from "../support/test_ground.ts";
import { WorkerCount } from "../support/worker_count.ts";

/** A worker that ends its task by a bare text and makes no model request: what is looked at is what is around it. */
const SHORT_LIVED = new URL("../support/short_lived_child.ts", import.meta.url);

/** The machine's clock, which knows how many of its timers are still to come. */
class CountingClock implements Clock {
  readonly #pending = new Set<object>();

  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return systemClock.now();
  }

  after(ms: number, callback: () => void): Disposable {
    const mark = {};
    this.#pending.add(mark);
    const timer = systemClock.after(ms, () => {
      this.#pending.delete(mark);
      callback();
    });
    return {
      [Symbol.dispose]: () => {
        this.#pending.delete(mark);
        timer[Symbol.dispose]();
      },
    };
  }
}

Deno.test("1,000 tasks go through 10 slots in order and leave nothing behind", async () => {
  using count = new WorkerCount();
  const clock = new CountingClock();
  const workers = new Workers(SHORT_LIVED, clock);
  const started: (string | undefined)[] = [];
  let mostRunning = 0;
  const ground = testGround({ delegation: { max_queued: 1000 } }, {
    startChild: workers.start,
    emit: (body, taskId) => {
      if (body.type === "task.started") started.push(taskId);
      mostRunning = Math.max(mostRunning, supervisor.slots.view.running);
    },
  });
  await using supervisor: Supervisor = new Supervisor({ ...ground, clock });
  const goals = Array.from({ length: 1000 }, (_, n) => ({ goal: `goal ${n}` }));
  const ids = supervisor.spawn(goals, AGENT).map(({ id }) => id);
  const { signal } = new AbortController();
  const { results, pending } = await callDelegation(
    supervisor,
    "collect_task",
    { task_ids: ids },
    AGENT,
    signal,
  ) as { results: { task_id: string; status: string; summary: string }[]; pending: string[] }; // by its contract
  assert.deepEqual(pending, []);
  assert.deepEqual(
    results.map(({ task_id, status }) => [task_id, status]),
    ids.map((id) => [id, "completed"]),
  );
  assert.deepEqual(started, ids);
  await supervisor[Symbol.asyncDispose]();
  workers[Symbol.dispose]();
  assert.deepEqual(
    { started: count.started, mostRunning, alive: count.alive, timers: clock.pending },
    { started: 1000, mostRunning: 10, alive: 0, timers: 0 },
  );
  assert.deepEqual(supervisor.slots.view, { running: 0, limit: 10, queued: 0 });
});
