import assert from "node:assert/strict";
import { settled } from "../support/fake_clock.ts";
import { AGENT, Stage, USER } from "../support/test_ground.ts";
import type { Reading } from "../support/wire_reading.ts";

/** A stage on which children with these goals have finished, each with this summary. */
async function finished(summary: string, ...goals: readonly string[]) {
  const stage = new Stage();
  const ids = await stage.spawn(...goals);
  for (const goal of goals) await stage.puppets.of(goal).finish(summary, 1, { outcome: "partial" });
  return { stage, ids };
}

function deliveries(stage: Stage): unknown[] {
  return stage.ground.emitted.flatMap((event) =>
    event.type === "task.delivered" ? [[event.taskId, event.by]] : []
  );
}

Deno.test("collect of one id gives the record and all that came of it", async () => {
  const { stage, ids: [id] } = await finished("42 lines", "count");
  await using _ = stage;
  const { elapsed_s, ...task } = await stage.call("collect_task", { task_id: id });
  assert.equal(elapsed_s, 0.02);
  assert.deepEqual(task, {
    task_id: id,
    name: null,
    goal: "count",
    status: "completed",
    reason: "finished",
    outcome: "partial",
    waiting_for: null,
    queue_position: null,
    queued_s: 0,
    turn: 0,
    max_turns: 50,
    current_tool: null,
    last_activity_s: 0,
    model: "some-model",
    tier: null,
    rule: "parent's model",
    toolsets: ["terminal", "file"],
    tokens: { input: 0, cached: 0, output: 0, reasoning: 0 },
    cost_usd: null,
    subtree: { tokens: { input: 0, cached: 0, output: 0, reasoning: 0 }, cost_usd: null },
    output_lines: 0,
    steers: [],
    question: null,
    delivered: true,
    timed_out: false,
    summary: "42 lines",
    summary_truncated: false,
    missed_steers: [],
    evidence: {
      scope: "tools",
      requests: 0,
      tool_calls: { finish: 1 },
      files_written: [],
      commands: [],
      urls: [],
      denied: [],
    },
    transcript: `hermes sessions show ${id}`,
  });
});

Deno.test("several share 48,000 characters of one reply, and each names its file", async () => {
  const { stage, ids } = await finished("x".repeat(30_000), "a", "b", "c");
  await using _ = stage;
  const { results } = await stage.call("collect_task", { task_ids: ids });
  for (const [index, task] of results.entries()) {
    assert.ok(task.summary.length <= 16_000, String(task.summary.length));
    assert.deepEqual([task.summary_truncated, task.summary_path], [true, `/spill/${ids[index]}.md`]);
  }
  const one = await stage.call("collect_task", { task_id: ids[0] });
  assert.ok(one.summary.length > 23_900 && one.summary.length <= 24_000);
  const seen = await stage.call("collect_task", { task_id: ids[0] }, USER);
  assert.deepEqual(
    [seen.summary.length, seen.summary_truncated],
    [30_000, false],
    "a person reads all of it",
  );
});

Deno.test("only the owner's look claims, and it counts when it stands in the conversation", async () => {
  const { stage, ids: [id] } = await finished("42", "count");
  await using _ = stage;
  assert.equal((await stage.call("collect_task", { task_id: id }, USER)).delivered, false);
  assert.equal(stage.supervisor.mail.hasNews(null), true);
  await stage.call("collect_task", { task_id: id }, AGENT);
  assert.deepEqual([stage.supervisor.mail.takeNotice(null), deliveries(stage)], [null, []]);
  stage.ground.ledger.giveBack(null);
  assert.match(
    stage.supervisor.mail.takeNotice(null) ?? "",
    /42/,
    "the turn was aborted: it comes as a notice",
  );
  stage.supervisor.mail.confirm(null);
  await stage.call("collect_task", { task_id: id }, AGENT);
  stage.supervisor.mail.confirm(null);
  assert.deepEqual(deliveries(stage), [[id, "notice"]]);
});

Deno.test("collect without ids takes what the agent was not given yet", async () => {
  const { stage, ids } = await finished("done", "a", "b");
  await using _ = stage;
  await stage.call("collect_task", { task_id: ids[0] });
  const { results } = await stage.call("collect_task", {});
  assert.deepEqual(results.map(({ task_id }: Reading) => task_id), [ids[1]]);
  assert.deepEqual(await stage.call("collect_task", {}), { results: [], pending: [], timed_out: false });
});

Deno.test("collect refuses what cannot be waited for", async () => {
  const { stage, ids } = await finished("done", "a", "b");
  await using _ = stage;
  const refused = (args: unknown) =>
    assert.rejects(stage.call("collect_task", args), { code: "invalid_arguments" });
  await refused({ task_id: ids[0], task_ids: ids });
  await refused({ task_ids: ids, mode: { at_least: 3 } });
});

Deno.test("all who wait for a task get the same", async () => {
  await using stage = new Stage();
  const [id] = await stage.spawn("one");
  const waiting = Array.from({ length: 5 }, () => stage.call("collect_task", { task_id: id }));
  await settled();
  await stage.puppets.of("one").finish("done");
  const [first, ...others] = (await Promise.all(waiting)).map((task) => JSON.stringify(task));
  for (const other of others) assert.equal(other, first);
});

Deno.test("delegate_task waits for the batch; a message detaches it and nothing is killed", async () => {
  await using stage = new Stage();
  const reply = stage.call("delegate_task", { tasks: [{ goal: "quick" }, { goal: "slow" }] });
  await stage.started();
  await stage.puppets.of("quick").finish("QUICK");
  stage.supervisor.waits.interrupt(null, "user_message");
  const { results, pending, interrupted_by } = await reply;
  assert.deepEqual(results.map(({ summary }: Reading) => summary), ["QUICK"]);
  assert.deepEqual([pending.length, interrupted_by], [1, "user_message"]);
  await stage.puppets.of("slow").finish("SLOW");
  assert.match(stage.supervisor.mail.takeNotice(null) ?? "", /SLOW/);
});

Deno.test("delegate_task takes one goal or a batch, not both", async () => {
  await using stage = new Stage();
  for (const args of [{}, { goal: "a", tasks: [{ goal: "b" }] }, { tasks: [{ goal: "b" }], max_turns: 3 }]) {
    await assert.rejects(stage.call("delegate_task", args), { code: "invalid_arguments" });
  }
  assert.deepEqual((await stage.call("list_tasks", { all: true })).tasks, []);
});

Deno.test("of an interrupted task collect gives what there is, claims nothing and hints at resume", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  stage.puppets.of("one").tell({ type: "event", event: { type: "text", delta: "so far" } });
  stage.supervisor.table.find(id, null).apply({ type: "host_died", at: stage.ground.clock.now() });
  const { status, partial_output, delivered, hint } = await stage.call("collect_task", { task_id: id });
  assert.deepEqual([status, partial_output, delivered], ["interrupted", "so far", false]);
  assert.match(hint, new RegExp(`hermes resume ${id}`));
});
