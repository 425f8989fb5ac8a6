import assert from "node:assert/strict";
import type { Message } from "../../lib/protocol/conversation.ts";
import { readSnapshot } from "../../lib/delegation/task_snapshot.ts";
import { settled } from "../support/fake_clock.ts";
import { AGENT, Stage } from "../support/test_ground.ts";

const HISTORY: readonly Message[] = [
  { role: "system", content: "You are a child." },
  { role: "user", content: "<goal>\none\n</goal>" },
  { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "terminal", arguments: "{}" }] },
];

const GRACE_MS = 10_000;

/** Parks the child of a new task in turn `begun`, of which `ended` have ended; returns the task's id. */
async function parkAfter(stage: Stage, begun: number, ended: number): Promise<string> {
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  for (let turn = 1; turn <= begun; turn++) {
    await puppet.turn(turn);
    if (turn <= ended) puppet.tell({ type: "event", event: { type: "reply_ended", turn } });
  }
  const parked = stage.supervisor.park(() => true, 0);
  await stage.ground.clock.advance(1);
  await parked;
  return id;
}

/** What a stage's tasks are once they have been through JSON, as the store has them. */
function stored({ supervisor }: Stage) {
  const records = supervisor.table.seenBy(null);
  return records.map((record) => readSnapshot(JSON.parse(JSON.stringify(record.snapshot))));
}

/** Another process that has taken the tasks of a parked stage in. */
function next(from: Stage, history: readonly Message[] = HISTORY): Stage {
  const keeper = {
    changed() {},
    conversation() {},
    history: () => history,
    find: () => undefined,
    lastIds: () => [],
  };
  const stage = new Stage({}, { keeper });
  stage.supervisor.adopt(stored(from));
  return stage;
}

Deno.test("Supervisor.park() halts a child at the boundary of its turn, and no request leaves after it", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  await puppet.turn(1);
  const parked = stage.supervisor.park(() => true, GRACE_MS);
  await settled();
  assert.equal((await stage.check(id)).status, "running", "its turn goes on");
  void puppet.turn(2);
  assert.deepEqual((await parked).map(({ record, cutOff }) => [record.id, cutOff]), [[id, []]]);
  assert.equal(puppet.isEnded, true);
  const { status, reason, waiting_for } = await stage.check(id);
  assert.deepEqual([status, reason, waiting_for], ["interrupted", "host_died", null]);
});

Deno.test("Supervisor.park() cuts a child off after the grace and names the tools that ran", async () => {
  await using stage = new Stage();
  await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  await puppet.turn(1);
  puppet.tell({
    type: "event",
    event: { type: "tool_started", callId: "c1", name: "terminal", about: "make" },
  });
  const parked = stage.supervisor.park(() => true, GRACE_MS);
  await stage.ground.clock.advance(GRACE_MS);
  assert.deepEqual((await parked).map(({ cutOff }) => cutOff), [["terminal"]]);
});

Deno.test("Supervisor.park() takes what only waits at once: the queue, a question, a collect of its own", async () => {
  await using stage = new Stage({ delegation: { max_concurrent_children: 2, max_spawn_depth: 2 } });
  const ids = await stage.spawn("asks", "delegates", "queued");
  const asking = stage.puppets.of("asks");
  await asking.turn(1);
  void asking.tool("ask_parent", { question: "which?" });
  const delegating = stage.puppets.of("delegates");
  await delegating.turn(1);
  void delegating.tool("delegate_task", { goal: "below" });
  await settled();
  const parked = await stage.supervisor.park(() => true, GRACE_MS);
  assert.deepEqual(
    stage.supervisor.table.seenBy(null).map(({ state }) => state.status),
    ["interrupted", "interrupted", "interrupted", "interrupted"],
  );
  assert.equal(parked.length, ids.length + 1);
});

Deno.test("a child that finishes while it is to be parked has finished", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  await puppet.turn(1);
  const parked = stage.supervisor.park(() => true, GRACE_MS);
  await puppet.finish("done in time");
  await parked;
  assert.equal((await stage.check(id)).status, "completed");
});

Deno.test("closing a session leaves its parked tasks interrupted", async () => {
  const stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  const parked = stage.supervisor.park(() => true, 0);
  await stage.ground.clock.advance(1);
  await parked;
  await stage[Symbol.asyncDispose]();
  assert.equal(stage.supervisor.table.get(id)?.state.status, "interrupted");
});

Deno.test("Supervisor.resume() goes on from the conversation, with the turns and the spending of the run before", async () => {
  await using before = new Stage();
  const id = await parkAfter(before, 3, 3);
  await using stage = next(before);
  const record = stage.supervisor.table.find(id, null);
  stage.supervisor.resume(record);
  await stage.started();
  const [puppet] = stage.puppets.all;
  assert.deepEqual(puppet?.brief.history, HISTORY);
  assert.deepEqual(puppet?.brief.messages, []);
  assert.equal(puppet?.brief.turnsDone, 3);
  assert.equal(record.state.status, "running");
});

const RESULT: Message = { role: "tool", callId: "c1", content: "it went well" };

for (
  const [name, history] of [["a result", [...HISTORY, RESULT]], ["a message", HISTORY.slice(0, 2)]] as const
) {
  Deno.test(`a turn whose request was not answered is asked again, after ${name}`, async () => {
    await using before = new Stage();
    const id = await parkAfter(before, 3, 2);
    await using stage = next(before, history);
    stage.supervisor.resume(stage.supervisor.table.find(id, null));
    await stage.started();
    const brief = stage.puppets.all[0]?.brief;
    assert.deepEqual([brief?.turnsDone, brief?.messages], [2, []]);
  });
}

Deno.test("a child whose last word was stored and not taken is told so, and does not count it twice", async () => {
  await using before = new Stage();
  const id = await parkAfter(before, 2, 2);
  const history: Message[] = [...HISTORY, RESULT, {
    role: "assistant",
    content: "All is done",
    toolCalls: [],
  }];
  await using stage = next(before, history);
  stage.supervisor.resume(stage.supervisor.table.find(id, null));
  await stage.started();
  const brief = stage.puppets.all[0]?.brief;
  assert.equal(brief?.turnsDone, 2);
  assert.deepEqual(brief?.history, history);
  assert.equal(brief?.messages.length, 1);
  assert.match(brief?.messages[0] ?? "", /before it took your last message/);
});

Deno.test("a task that was interrupted before its first turn starts afresh", async () => {
  await using before = new Stage({ delegation: { max_concurrent_children: 1 } });
  const [, id = ""] = await before.spawn("one", "two");
  const parked = before.supervisor.park(() => true, 0);
  await before.ground.clock.advance(1);
  await parked;
  await using stage = next(before, []);
  stage.supervisor.resume(stage.supervisor.table.find(id, null));
  await stage.started();
  const { brief } = stage.puppets.of("two");
  assert.deepEqual([brief.history, brief.turnsDone], [null, 0]);
});

Deno.test("an adopted final task reads as it did before, byte by byte", async () => {
  await using before = new Stage();
  const [id = ""] = await before.spawn("one");
  const puppet = before.puppets.of("one");
  await puppet.turn(1);
  puppet.tell({ type: "event", event: { type: "text", delta: "line 1\nline 2\nhalf a li" } });
  puppet.tell({ type: "evidence", item: { kind: "command", command: "ls", exitCode: 0 } });
  await before.call("steer_task", { task_id: id, message: "late", mode: "after" });
  const cancelled = before.call("cancel_task", { task_id: id, reason: "enough" });
  await settled();
  puppet.obeyStop();
  await cancelled;
  const seen = await before.call("collect_task", { task_id: id }, { ownerId: null, by: "user" });
  await using stage = next(before);
  await stage.ground.clock.advance(5_000);
  const again = await stage.call("collect_task", { task_id: id }, { ownerId: null, by: "user" });
  assert.equal(JSON.stringify({ ...again, delivered: seen.delivered }), JSON.stringify(seen));
});

Deno.test("an agent with nothing but interrupted tasks, and tasks behind them, has none that is live", async () => {
  await using before = new Stage();
  const [id = ""] = await before.spawn("one");
  await before.call("delegate_task_async", { goal: "two", after: [id] });
  const parked = before.supervisor.park((record) => record.id === id, 0);
  await before.ground.clock.advance(1);
  await parked;
  assert.equal(before.supervisor.table.hasLive(null), false);
});

Deno.test("a cancel that comes while its task is being parked cancels it, and is what delivers it", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  const parked = stage.supervisor.park(() => true, 0);
  await stage.ground.clock.advance(1);
  const cancelled = stage.call("cancel_task", { task_id: id });
  await parked;
  const { status, reason, delivered } = await cancelled;
  assert.deepEqual([status, reason, delivered], ["cancelled", "cancelled_by_parent", true]);
});

Deno.test("the timeout of a resumed task counts what its earlier runs worked, and not the time between", async () => {
  const [before, limit] = [new Stage(), { timeout_s: 100 }];
  const [record] = before.supervisor.spawn([{ goal: "one", ...limit }], AGENT);
  await before.started();
  await before.puppets.of("one").turn(1);
  await before.ground.clock.advance(70_000);
  const parked = before.supervisor.park(() => true, 0);
  await before.ground.clock.advance(1);
  await parked;
  await before.ground.clock.advance(500_000);
  await using stage = next(before);
  await stage.ground.clock.advance(before.ground.clock.now() - stage.ground.clock.now());
  stage.supervisor.resume(stage.supervisor.table.find(record?.id ?? "", null));
  await stage.started();
  const [puppet] = stage.puppets.all;
  await stage.ground.clock.advance(9_000);
  assert.equal(puppet?.heard("handover"), false);
  await stage.ground.clock.advance(1_500);
  assert.equal(puppet?.heard("handover"), true, "a fifth of the limit is set aside");
  await before[Symbol.asyncDispose]();
});

Deno.test("a child that would end while its own tasks are being parked is parked with them", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("above");
  const above = stage.puppets.of("above");
  await above.turn(1);
  void above.tool("delegate_task_async", { goal: "below" });
  await stage.started();
  const below = stage.puppets.of("below");
  await below.turn(1);
  const parked = stage.supervisor.park(() => true, GRACE_MS);
  void below.turn(2);
  await settled();
  assert.equal(stage.supervisor.table.childrenOf(id)[0]?.state.status, "interrupted");
  void above.finish("done in time");
  await parked;
  assert.deepEqual(stage.supervisor.table.seenBy(null).map(({ state }) => state.status), [
    "interrupted",
    "interrupted",
  ]);
});
