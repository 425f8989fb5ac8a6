import assert from "node:assert/strict";
import type { FromChild } from "../../lib/protocol/worker_messages.ts";
import { settled } from "../support/fake_clock.ts";
import { Stage } from "../support/test_ground.ts";

/** What no child of ours would post. */
const POISON: readonly unknown[] = [
  null,
  undefined,
  "finished",
  42,
  {},
  { type: "nonsense" },
  { type: "event" },
  { type: "event", event: null },
  { type: "evidence" },
  { type: "ended" },
  { type: "ended", end: { type: "final", text: "but close was never called" } },
  { type: "ended", end: { type: "aborted" } },
  { type: "cast", service: "release", args: null },
  { type: "cast", service: "constructor", args: null },
  { type: "call", id: 1, service: "credentials", args: null },
  { type: "call", id: 1, service: "__proto__", args: null },
];

for (const message of POISON) {
  Deno.test(`a child that posts ${JSON.stringify(message)} crashes alone`, async () => {
    await using stage = new Stage({ delegation: { max_concurrent_children: 2 } });
    const [bad = "", good = ""] = await stage.spawn("bad", "good", "waiting");
    const puppet = stage.puppets.of("bad");
    puppet.tell({ type: "event", event: { type: "text", delta: "what it had" } });
    const collected = stage.call("collect_task", { task_id: bad });
    puppet.tell(message as FromChild); // the point of this test
    const { status, reason, partial_output, error } = await collected;
    assert.deepEqual([status, reason, partial_output], ["failed", "crashed", "what it had"]);
    assert.equal(error.retryable, true);
    assert.equal(puppet.isEnded, true);
    await stage.started();
    assert.deepEqual(stage.supervisor.slots.view, { running: 2, limit: 2, queued: 0 });
    await stage.puppets.of("good").finish("fine");
    assert.equal((await stage.check(good)).status, "completed");
  });
}

/** Calls with arguments that make no sense: the child is told so and goes on. */
const BAD_CALLS: readonly FromChild[] = [
  { type: "call", id: 1, service: "close", args: null },
  { type: "call", id: 1, service: "tool", args: null },
  { type: "call", id: 1, service: "tool", args: { name: "no_such_tool", args: {} } },
  { type: "call", id: 1, service: "pull", args: null },
  { type: "call", id: 1, service: "acquire", args: null },
];

for (const message of BAD_CALLS) {
  Deno.test(`a ${"service" in message ? message.service : ""} call with ${JSON.stringify(message)} is refused`, async () => {
    await using stage = new Stage();
    const [id = ""] = await stage.spawn("bad");
    const puppet = stage.puppets.of("bad");
    puppet.tell(message);
    await settled();
    assert.deepEqual(puppet.received.at(-1)?.type, "refused");
    await puppet.finish("recovered");
    assert.equal((await stage.check(id)).status, "completed");
  });
}

Deno.test("a last word that makes no sense while the child is being stopped is no last word", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("bad");
  const puppet = stage.puppets.of("bad");
  const cancelled = stage.call("cancel_task", { task_id: id });
  await settled();
  for (const args of [null, {}, { text: 1, finishArguments: null }, { text: "", finishArguments: "[" }]) {
    puppet.tell({ type: "call", id: 9, service: "close", args });
  }
  puppet.obeyStop();
  assert.equal((await cancelled).status, "cancelled");
});

Deno.test("a child that cannot be started crashes its task and nothing else", async () => {
  let starts = 0;
  const stage: Stage = new Stage({}, {
    startChild: (onMessage) => {
      if (++starts === 1) throw new Error("no more threads");
      return stage.puppets.start(onMessage);
    },
  });
  await using _ = stage;
  const [bad = "", good = ""] = await stage.spawn("bad", "good");
  const { reason, error } = await stage.call("collect_task", { task_id: bad });
  assert.deepEqual([reason, error.message], ["crashed", "Cannot start a worker: no more threads"]);
  assert.equal((await stage.check(good)).status, "running");
});

Deno.test("a last event that nobody can tell still gives the slot back", async () => {
  const stage: Stage = new Stage({ delegation: { max_concurrent_children: 1 } }, {
    emit: (body) => {
      if (body.type === "task.ended") throw new Error("the disk is full");
    },
  });
  const [first = ""] = await stage.spawn("one", "two");
  const cancelled = stage.call("cancel_task", { task_id: first });
  await settled();
  stage.puppets.of("one").obeyStop();
  await assert.rejects(cancelled, /the disk is full/);
  await stage.started();
  assert.equal(stage.puppets.of("two").isEnded, false);
  assert.deepEqual(stage.supervisor.slots.view, { running: 1, limit: 1, queued: 0 });
});
