import assert from "node:assert/strict";
import { callTools, hold, say } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";
import { turnOf } from "../support/wire_reading.ts";

const { signal } = new AbortController();
const work = callTools([{ name: "terminal", args: { command: "true" } }]);

/** The object that a call of the user comes to. */
async function call(test: TestSession, name: string, args: unknown) {
  return JSON.parse((await test.session.call(name, args, signal)).content);
}

Deno.test("a child whose budget ends with its turns still writes its hand-over", async () => {
  await using test = await TestSession.open({
    child: (request) => turnOf(request) === 1 ? work : say("half of it is done"),
  });
  const { task_id } = await call(test, "delegate_task_async", {
    goal: "g",
    max_turns: 2,
    token_budget: 4_500,
  });
  const task = await call(test, "collect_task", { task_id });
  assert.deepEqual([task.status, task.summary], ["failed", "half of it is done"]);
  assert.ok(["max_turns", "budget"].includes(task.reason), task.reason);
  assert.equal(test.server.requests.length, 2);
});

Deno.test("a steer that comes too late for another turn is missed, and the hand-over is kept", async () => {
  const gate = Promise.withResolvers<void>();
  await using test = await TestSession.open({
    child: (request) => turnOf(request) === 1 ? work : hold(gate.promise, say("half of it is done")),
  });
  const { task_id } = await call(test, "delegate_task_async", { goal: "g", max_turns: 2 });
  await test.server.waitForRequest((request) => turnOf(request) === 2);
  await call(test, "steer_task", { task_id, message: "one thing more", mode: "now" });
  gate.resolve();
  const task = await call(test, "collect_task", { task_id });
  assert.deepEqual(
    [task.status, task.reason, task.summary, task.missed_steers],
    ["failed", "max_turns", "half of it is done", ["one thing more"]],
  );
  assert.deepEqual(test.server.requests.map(({ aborted }) => aborted), [false, false]);
});
