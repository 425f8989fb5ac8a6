import assert from "node:assert/strict";
import type { HandoverReason } from "../../lib/protocol/agent_events.ts";
import { NO_USAGE } from "../../lib/protocol/conversation.ts";
import { settled } from "../support/fake_clock.ts";
import { Stage } from "../support/test_ground.ts";

/** A stage with one child, "one", that was asked for with these arguments. */
async function running(args: Record<string, unknown>, config: Record<string, unknown> = {}) {
  const stage = new Stage(config);
  const { task_id } = await stage.call("delegate_task_async", { goal: "one", ...args });
  await stage.started();
  return { stage, id: task_id as string, puppet: stage.puppets.of("one") };
}

function handedOver(text: string, reason: HandoverReason) {
  return { type: "ended", end: { type: "handover", reason, text } } as const;
}

const ASK = {
  model: { provider: "local", model: "some-model", reasoningEffort: null },
  inputBound: 100,
  attempt: 1,
};
const USAGE = { input: 80, cached: 0, output: 1_800, reasoning: 0 };

Deno.test("a timeout keeps a fifth for the hand-over, whose text becomes the summary", async () => {
  const { stage, id, puppet } = await running({ timeout_s: 10 });
  await using _ = stage;
  await stage.ground.clock.advance(7_980);
  assert.equal(puppet.heard("handover"), false);
  await stage.ground.clock.advance(20);
  assert.deepEqual(puppet.received.at(-1), { type: "handover", reason: "timeout" });
  assert.equal((await stage.check(id)).status, "stopping");
  puppet.tell(handedOver("half of it", "timeout"));
  await settled();
  const { status, reason, summary, error } = await stage.call("collect_task", { task_id: id });
  assert.deepEqual([status, reason, summary, error.code], ["failed", "timeout", "half of it", "timeout"]);
});

Deno.test("a hand-over that takes too long is cut off at the limit", async () => {
  const { stage, id, puppet } = await running({ timeout_s: 10 });
  await using _ = stage;
  puppet.tell({ type: "event", event: { type: "text", delta: "so far" } });
  await stage.ground.clock.advance(10_300);
  const { status, reason, summary, partial_output, elapsed_s } = await stage.call("collect_task", {
    task_id: id,
  });
  assert.deepEqual([status, reason, summary, partial_output], ["failed", "timeout", null, "so far"]);
  assert.ok(elapsed_s <= 10.4, String(elapsed_s));
});

Deno.test("a final message on its way when the time is up completes the task, whatever else waits", async () => {
  const { stage, id, puppet } = await running({ timeout_s: 10 }, { delegation: { max_spawn_depth: 2 } });
  await using _ = stage;
  await puppet.tool("delegate_task_async", { goal: "below" });
  await stage.started();
  await stage.call("steer_task", { task_id: id, message: "one more thing" });
  await stage.ground.clock.advance(8_000);
  assert.ok(puppet.heard("handover"));
  void puppet.finish("just in time", 3);
  await settled();
  const { status, summary, missed_steers } = await stage.call("collect_task", { task_id: id, timeout_s: 0 });
  assert.deepEqual([status, summary, missed_steers], ["completed", "just in time", ["one more thing"]]);
  await stage.ground.clock.advance(1_000);
  assert.equal(stage.puppets.alive, 0);
});

Deno.test("the first cause fixes the reason, whatever comes after", async () => {
  const { stage, id } = await running({ timeout_s: 10 });
  await using _ = stage;
  await stage.ground.clock.advance(8_000);
  const cancelled = stage.call("cancel_task", { task_id: id });
  await stage.ground.clock.advance(300);
  const { status, reason } = await cancelled;
  assert.deepEqual([status, reason], ["failed", "timeout"]);
});

Deno.test("a used-up token budget asks for the hand-over instead of another request", async () => {
  const { stage, id, puppet } = await running({ token_budget: 4_000 });
  await using _ = stage;
  const lease = await puppet.call("acquire", ASK);
  puppet.tell({
    type: "cast",
    service: "release",
    args: { leaseId: lease.id, outcome: { usage: USAGE, error: null } },
  });
  await assert.rejects(
    puppet.call("acquire", ASK),
    (refused: { kind: string }) => refused.kind === "aborted",
  );
  assert.ok(puppet.heard("handover"));
  const { id: leaseId } = await puppet.call("acquire", ASK);
  puppet.tell({
    type: "cast",
    service: "release",
    args: { leaseId, outcome: { usage: { ...NO_USAGE, input: 1 }, error: null } },
  });
  puppet.tell(handedOver("as far as it went", "budget"));
  await settled();
  const { status, reason, summary, tokens, error } = await stage.call("collect_task", { task_id: id });
  assert.deepEqual([status, reason, summary, tokens], ["failed", "budget", "as far as it went", {
    ...USAGE,
    input: USAGE.input + 1,
  }]);
  assert.match(error.message, /the budget of the task leaves no room for it \(1880 of 4000 tokens/);
});

for (const reason of ["max_turns", "loop"] as const) {
  Deno.test(`a loop that ends by itself for ${reason} fails with its hand-over`, async () => {
    const { stage, id, puppet } = await running({});
    await using _ = stage;
    puppet.tell(handedOver("as far as it went", reason));
    await settled();
    const task = await stage.call("collect_task", { task_id: id });
    assert.deepEqual([task.status, task.reason, task.summary], ["failed", reason, "as far as it went"]);
  });
}

Deno.test("a finish that leaves only the hand-over turn is taken, and what was not heard is missed", async () => {
  const { stage, id, puppet } = await running({ max_turns: 3 });
  await using _ = stage;
  await puppet.turn(2);
  await stage.call("steer_task", { task_id: id, message: "too late" });
  assert.deepEqual(await puppet.finish("done", 2), { accepted: true });
  const { status, missed_steers } = await stage.call("collect_task", { task_id: id });
  assert.deepEqual([status, missed_steers], ["completed", ["too late"]]);
});

Deno.test("a child of which nothing is heard is stopped as stalled, with what it had", async () => {
  const { stage, id, puppet } = await running({}, { delegation: { stall_seconds: 5 } });
  await using _ = stage;
  await stage.ground.clock.advance(4_000);
  puppet.tell({ type: "event", event: { type: "text", delta: "thinking" } });
  await stage.ground.clock.advance(4_999);
  assert.equal((await stage.check(id)).status, "running");
  await stage.ground.clock.advance(400);
  const { status, reason, partial_output } = await stage.call("collect_task", { task_id: id });
  assert.deepEqual([status, reason, partial_output], ["failed", "stalled", "thinking"]);
});

Deno.test("the stall watch stands while the parent works for the child, and starts anew after", async () => {
  const { stage, id, puppet } = await running({}, { delegation: { stall_seconds: 5 } });
  await using _ = stage;
  await stage.ground.clock.advance(1_000);
  void puppet.tool("ask_parent", { question: "which port?" });
  await stage.ground.clock.advance(20_500);
  await stage.call("steer_task", { task_id: id, message: "8080" });
  await stage.ground.clock.advance(4_900);
  assert.equal((await stage.check(id)).status, "running", "it has had no 5 s since the answer");
  await stage.ground.clock.advance(500);
  assert.equal((await stage.check(id)).reason, "stalled");
});

Deno.test("every lease comes back when a child ends, and one that got lost at the next request", async () => {
  const { stage, puppet } = await running({});
  await puppet.call("acquire", ASK);
  await puppet.call("acquire", ASK);
  assert.equal(stage.ground.openLeases.size, 1);
  await stage[Symbol.asyncDispose]();
  assert.equal(stage.ground.openLeases.size, 0);
});
