import assert from "node:assert/strict";
import { settled } from "../support/fake_clock.ts";
import { Stage } from "../support/test_ground.ts";

const ASK = {
  model: { provider: "local", model: "some-model", reasoningEffort: null },
  inputBound: 1,
  attempt: 1,
};

Deno.test("three levels get through one slot: who waits lends it and takes it back first", async () => {
  await using stage = new Stage({ delegation: { max_concurrent_children: 1, max_spawn_depth: 3 } });
  await stage.spawn("top", "in the queue");
  const fromTop = stage.puppets.of("top").tool("delegate_task", { goal: "middle" });
  // The queue comes first: "in the queue" asked before "middle" did.
  await stage.started();
  await stage.puppets.of("in the queue").finish("was first");
  await stage.started();
  const fromMiddle = stage.puppets.of("middle").tool("delegate_task", { goal: "bottom" });
  await stage.started();
  assert.deepEqual(stage.supervisor.slots.view, { running: 1, limit: 1, queued: 0 });
  await stage.puppets.of("bottom").finish("BOTTOM");
  const { results: [bottom] } = await fromMiddle as { results: { summary: string }[] };
  assert.equal(bottom?.summary, "BOTTOM");
  await stage.puppets.of("middle").call("acquire", ASK);
  await stage.puppets.of("middle").finish("MIDDLE");
  await fromTop;
  await stage.puppets.of("top").call("acquire", ASK);
  assert.deepEqual(await stage.puppets.of("top").finish("TOP"), { accepted: true });
  await settled();
  assert.deepEqual(stage.supervisor.slots.view, { running: 0, limit: 1, queued: 0 });
});

Deno.test("a child that would end waits for its own, without a slot, and hears of them first", async () => {
  await using stage = new Stage({ delegation: { max_concurrent_children: 1, max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("parent");
  await stage.puppets.of("parent").tool("delegate_task_async", { goal: "below" });
  const closing = stage.puppets.of("parent").finish("too early");
  await stage.started();
  assert.equal((await stage.check(id)).waiting_for, "child");
  await stage.puppets.of("below").finish("BELOW");
  const reply = await closing;
  assert.equal(reply.accepted, false);
  assert.match(reply.accepted ? "" : reply.messages.join(), /<task_result[^]*BELOW/);
  assert.deepEqual(await stage.puppets.of("parent").finish("with BELOW", 2), { accepted: true });
});

Deno.test("a steer ends the wait of a child that would end", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("parent");
  await stage.puppets.of("parent").tool("delegate_task_async", { goal: "below" });
  const closing = stage.puppets.of("parent").finish("too early");
  await stage.call("steer_task", { task_id: id, message: "do not wait" });
  const reply = await closing;
  assert.deepEqual(reply.accepted ? [] : reply.messages, ["do not wait"]);
});

Deno.test("a steer that waits for the end of a child is missed when the child is stopped before", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("parent");
  await stage.puppets.of("parent").tool("delegate_task_async", { goal: "below" });
  await stage.started();
  await stage.call("steer_task", { task_id: id, message: "and sum up", mode: "after" });
  void stage.puppets.of("parent").finish(" ");
  await settled();
  const cancelled = stage.call("cancel_task", { task_id: id });
  await stage.ground.clock.advance(600);
  assert.equal((await cancelled).status, "cancelled");
  assert.deepEqual((await stage.call("collect_task", { task_id: id })).missed_steers, ["and sum up"]);
});

Deno.test("cancel ends the children of a task before the task itself, and none can be born meanwhile", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 3 } });
  const [id = ""] = await stage.spawn("top");
  const top = stage.puppets.of("top");
  await top.tool("delegate_task_async", { goal: "middle" });
  await stage.started();
  await stage.puppets.of("middle").tool("delegate_task_async", { goal: "bottom" });
  await stage.started();
  const cancelled = stage.call("cancel_task", { task_id: id });
  await settled();
  const asked = () => ["top", "middle", "bottom"].map((goal) => stage.puppets.of(goal).heard("stop"));
  assert.deepEqual(asked(), [false, false, true]);
  const late = top.tool("delegate_task_async", { goal: "too late" });
  stage.puppets.of("bottom").obeyStop();
  await settled();
  assert.deepEqual(asked(), [false, true, true]);
  stage.puppets.of("middle").obeyStop();
  await settled();
  top.obeyStop();
  assert.equal((await cancelled).status, "cancelled");
  assert.equal(await Promise.race([late, settled().then(() => "no answer")]), "no answer");
  const { tasks } = await stage.call("list_tasks", { all: true });
  assert.deepEqual(
    (await stage.call("list_tasks", {})).tasks,
    [],
    "nobody is left whom they could be delivered to",
  );
  assert.deepEqual(
    tasks.map(({ goal, status }: { goal: string; status: string }) => [goal, status]),
    [["top", "cancelled"], ["middle", "cancelled"], ["bottom", "cancelled"]],
  );
});

Deno.test("a task that is winding down cannot delegate", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  await stage.call("delegate_task_async", { goal: "one", timeout_s: 10 });
  await stage.started();
  await stage.ground.clock.advance(8_000);
  const late = stage.puppets.of("one").tool("delegate_task_async", { goal: "below" });
  await assert.rejects(late, (refused: { code: string }) => refused.code === "not_running");
});

Deno.test("a crash takes the tasks below with it", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("parent");
  await stage.puppets.of("parent").tool("delegate_task_async", { goal: "below" });
  await stage.started();
  stage.puppets.of("parent").tell({ type: "crashed", message: "out of luck" });
  await settled();
  stage.puppets.of("below").obeyStop();
  const { reason } = await stage.call("collect_task", { task_id: id });
  assert.equal(reason, "crashed");
  const { tasks } = await stage.call("list_tasks", { all: true });
  assert.deepEqual(tasks.map((task: { reason: string }) => task.reason), ["crashed", "cancelled_by_parent"]);
});

Deno.test("an agent sees its own tasks and those below, nobody else's", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [first = "", second = ""] = await stage.spawn("one", "two");
  const { task_id: below } = await stage.puppets.of("one").tool("delegate_task_async", { goal: "below" }) as {
    task_id: string;
  };
  const two = stage.puppets.of("two");
  for (const hidden of [below, first, second, "tzzzzz"]) {
    await assert.rejects(
      two.tool("check_task", { task_id: hidden }),
      (refused: { code: string }) => refused.code === "unknown_task",
    );
  }
  const { tasks } = await stage.call("list_tasks", {});
  assert.deepEqual(tasks.map((task: { task_id: string }) => task.task_id), [first, below, second]);
});

Deno.test("the subtree adds up what a task and all below it used", async () => {
  const price = { input: 10_000, output: 0 }; // a cent a token sent
  await using stage = new Stage({
    delegation: { max_spawn_depth: 2 },
    models: { "some-model": { price } },
    budget: { session: { usd: null }, task: { usd: null } },
  });
  const [id = ""] = await stage.spawn("parent");
  await stage.puppets.of("parent").tool("delegate_task_async", { goal: "below" });
  await stage.started();
  for (const [goal, input] of [["parent", 10], ["below", 20]] as const) {
    const lease = await stage.puppets.of(goal).call("acquire", ASK);
    const usage = { input, cached: 1, output: 2, reasoning: 3 };
    const args = { leaseId: lease.id, outcome: { usage, error: null } };
    stage.puppets.of(goal).tell({ type: "cast", service: "release", args });
    stage.puppets.of(goal).tell({ type: "cast", service: "release", args });
  }
  const { tokens, cost_usd, subtree } = await stage.check(id);
  assert.deepEqual([tokens.input, cost_usd], [10, 0.1]);
  assert.deepEqual(subtree.tokens, { input: 30, cached: 2, output: 4, reasoning: 6 });
  assert.equal(Math.round(subtree.cost_usd * 100), 30);
});
