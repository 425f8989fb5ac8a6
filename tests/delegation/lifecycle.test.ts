import assert from "node:assert/strict";
import { settled } from "../support/fake_clock.ts";
import { Stage, USER } from "../support/test_ground.ts";

Deno.test("a task goes from queued through running to completed, told once each", async () => {
  await using stage = new Stage({ delegation: { max_concurrent_children: 1 } });
  const [first = "", second = ""] = await stage.spawn("one", "two");
  assert.deepEqual(stage.puppets.all.length, 1, "the second has no child yet");
  const queued = await stage.check(second);
  assert.deepEqual([queued.status, queued.waiting_for, queued.queue_position], ["queued", "slot", 1]);
  await stage.puppets.of("one").finish("ONE");
  await stage.started();
  const done = await stage.check(first);
  assert.deepEqual([done.status, done.reason, (await stage.check(second)).status], [
    "completed",
    "finished",
    "running",
  ]);
  assert.equal(stage.puppets.of("one").isEnded, true);
  const told = stage.ground.emitted.filter(({ type }) => type !== "task.progress").map((
    { type, taskId },
  ) => [type, taskId]);
  assert.deepEqual(told, [
    ["task.queued", first],
    ["task.started", first],
    ["task.queued", second],
    ["task.ended", first],
    ["task.started", second],
  ]);
});

Deno.test("a spawn answers before its child has started, and says that there is no result", async () => {
  await using stage = new Stage();
  const reply = await stage.call("delegate_task_async", { goal: "count", max_turns: 7, timeout_s: 1.5 });
  assert.equal(stage.puppets.all.length, 0);
  assert.deepEqual([reply.status, reply.turn, reply.max_turns, reply.queue_position], [
    "running",
    0,
    7,
    null,
  ]);
  assert.deepEqual(reply.limits, { max_turns: 7, timeout_s: 1.5, token_budget: 5_000_000, budget_usd: 3 });
  assert.deepEqual(reply.slots, { running: 1, limit: 10, queued: 0 });
  assert.match(reply.note, /no result yet/);
});

Deno.test("cancel is answered when the child has stopped, and cancelled is earned only then", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  const cancelled = stage.call("cancel_task", { task_id: id });
  await settled();
  assert.equal((await stage.check(id)).status, "stopping");
  assert.ok(stage.puppets.of("one").heard("stop"));
  assert.equal(stage.puppets.of("one").isEnded, false);
  stage.puppets.of("one").obeyStop();
  const reply = await cancelled;
  assert.deepEqual([reply.ok, reply.status, reply.reason], [true, "cancelled", "cancelled_by_parent"]);
  assert.equal(stage.puppets.of("one").isEnded, true);
  const again = await stage.call("cancel_task", { task_id: id });
  assert.deepEqual([again.already_final, again.status, again.settled_ms], [true, "cancelled", 0]);
});

Deno.test("a child that does not heed a stop is ended after the grace time", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("deaf");
  const cancelled = stage.call("cancel_task", { task_id: id }, USER);
  await stage.ground.clock.advance(299);
  assert.equal(stage.puppets.of("deaf").isEnded, false);
  await stage.ground.clock.advance(1);
  assert.equal((await cancelled).reason, "cancelled_by_user");
  assert.equal(stage.puppets.of("deaf").isEnded, true);
});

Deno.test("a final message that arrives while the child is being stopped still counts", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("quick");
  const cancelled = stage.call("cancel_task", { task_id: id });
  await settled();
  void stage.puppets.of("quick").finish("done before I heard");
  stage.puppets.of("quick").obeyStop();
  const reply = await cancelled;
  assert.deepEqual([reply.status, reply.reason, reply.summary], [
    "completed",
    "finished",
    "done before I heard",
  ]);
});

Deno.test("what comes after the final message changes nothing", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("late");
  const puppet = stage.puppets.of("late");
  const cancelled = stage.call("cancel_task", { task_id: id });
  await settled();
  void puppet.finish("first");
  const before = await stage.call("collect_task", { task_id: id });
  void puppet.finish("second");
  puppet.tell({ type: "event", event: { type: "turn_started", turn: 9 } });
  puppet.tell({ type: "evidence", item: { kind: "url", url: "http://example.org" } });
  puppet.tell({ type: "crashed", message: "late crash" });
  puppet.obeyStop();
  await cancelled;
  assert.deepEqual(await stage.call("collect_task", { task_id: id }), before);
});

Deno.test("closing ends the running, the queued and the held, and takes nothing more", async () => {
  const stage = new Stage({ delegation: { max_concurrent_children: 1 } });
  const [first = ""] = await stage.spawn("one", "two");
  stage.supervisor.spawn([{ goal: "three", after: [first] }], USER);
  await stage[Symbol.asyncDispose]();
  const { tasks, slots } = await stage.call("list_tasks", { all: true });
  assert.deepEqual(
    tasks.map((task: { status: string; reason: string }) => [task.status, task.reason]),
    [["cancelled", "session_closed"], ["cancelled", "session_closed"], ["cancelled", "session_closed"]],
  );
  assert.deepEqual([slots.running, slots.queued, stage.puppets.alive, stage.ground.clock.pending], [
    0,
    0,
    0,
    0,
  ]);
  await assert.rejects(stage.call("delegate_task_async", { goal: "four" }), /closed/);
});
