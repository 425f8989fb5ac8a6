import assert from "node:assert/strict";
import { finish, spawnCall } from "../support/delegation_script.ts";
import { processesLeft } from "../support/processes.ts";
import { callTools, hold, type RecordedRequest, say } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";
import {
  isChild,
  lastResults,
  mayCall,
  type Reading,
  turnOf,
  userMessages,
} from "../support/wire_reading.ts";

const SCHEMA = { type: "object", properties: { lines: { type: "integer" } }, required: ["lines"] };

function terminal(command: string) {
  return callTools([{ name: "terminal", args: { command } }]);
}

function last(request: RecordedRequest): string {
  return userMessages(request.body).at(-1) ?? "";
}

Deno.test("past the limit tasks queue in order with their positions and run later", async () => {
  const open = Promise.withResolvers<void>();
  await using test = await TestSession.open({ child: () => hold(open.promise, finish("ok")) });
  const goals = Array.from({ length: 12 }, (_, n) => `goal ${n}`);
  const replies: Reading[] = [];
  for (const goal of goals) replies.push(await test.call("delegate_task_async", { goal }));
  const seen = replies.slice(9).map((
    { status, queue_position, slots },
  ) => [status, queue_position, slots.queued]);
  assert.deepEqual(seen, [["running", null, 0], ["queued", 1, 1], ["queued", 2, 2]]);
  open.resolve();
  const { results, pending } = await test.call("collect_task", {});
  assert.deepEqual([results.map(({ goal }: Reading) => goal), pending], [goals, []]);
  const started = test.eventsOf("task.started").map(({ task }) => task.goal);
  assert.deepEqual(started, goals);
});

Deno.test("each steer reaches the child as its mode says, once, with a receipt", async () => {
  const first = Promise.withResolvers<void>();
  await using test = await TestSession.open({
    child: (request) => {
      if (turnOf(request) === 1) return hold(first.promise, terminal("echo working"));
      return finish(last(request));
    },
  }, { delegation: { max_concurrent_children: 1 } });
  const [id, waiting] = await test.spawn("first", "second");
  await test.call("steer_task", { task_id: waiting, message: "while queued" });
  await test.server.waitForRequest(isChild);
  for (const mode of ["after", "next"]) {
    await test.call("steer_task", { task_id: id, message: `say ${mode}`, mode });
  }
  first.resolve();
  const { results: [one, two] } = await test.call("collect_task", { task_ids: [id, waiting] });
  assert.deepEqual(one.steers, [
    { steer_id: "steer_1", state: "delivered", delivered_at_turn: 3 },
    { steer_id: "steer_2", state: "delivered", delivered_at_turn: 2 },
  ]);
  assert.equal(one.summary, "say after");
  assert.deepEqual(two.steers, [{ steer_id: "steer_1", state: "delivered", delivered_at_turn: 0 }]);
  for (const [index, message] of (test.server.requests[1]?.body.messages ?? []).entries()) {
    const before = test.server.requests[1]?.body.messages[index - 1];
    if (message.role === "user" && before?.role === "assistant") {
      assert.deepEqual(before.tool_calls ?? [], []);
    }
  }
  await assert.rejects(test.call("steer_task", { task_id: id, message: "too late" }), {
    code: "not_running",
  });
});

Deno.test("a steer now aborts the request in flight and is in the next", async () => {
  await using test = await TestSession.open({
    child: (request) =>
      last(request) === "hurry" ? finish("hurried") : hold(new Promise(() => {}), say("never")),
  });
  const [id] = await test.spawn("slow");
  const slow = await test.server.waitForRequest(isChild);
  await test.call("steer_task", { task_id: id, message: "hurry", mode: "now" });
  const { summary, steers } = await test.call("collect_task", { task_id: id });
  await slow.ended;
  assert.deepEqual([summary, slow.aborted, steers[0].state], ["hurried", true, "delivered"]);
});

Deno.test("collect waits for any, for some, or not at all, and gives the same bytes each time", async () => {
  const gates = new Map(["a", "b", "c"].map((goal) => [goal, Promise.withResolvers<void>()]));
  await using test = await TestSession.open({
    child: (request) => {
      const goal = ["a", "b", "c"].find((each) => request.raw.includes(`\\n${each}\\n`)) ?? "";
      return hold(gates.get(goal)?.promise ?? Promise.resolve(), finish(`did ${goal}`));
    },
  });
  const task_ids = await test.spawn("a", "b", "c");
  const now = await test.call("collect_task", { task_ids, timeout_s: 0 });
  assert.deepEqual(now, { results: [], pending: task_ids, timed_out: true });
  const soon = await test.call("collect_task", { task_id: task_ids[0], timeout_s: 0.05 });
  assert.deepEqual([soon.timed_out, soon.status, soon.summary], [true, "running", null]);
  const any = test.call("collect_task", { task_ids, mode: "any" });
  gates.get("b")?.resolve();
  assert.deepEqual((await any).results.map(({ summary }: Reading) => summary), ["did b"]);
  const two = test.call("collect_task", { task_ids, mode: { at_least: 2 } });
  gates.get("a")?.resolve();
  assert.deepEqual((await two).results.map(({ summary }: Reading) => summary), ["did a", "did b"]);
  gates.get("c")?.resolve();
  const all = await test.call("collect_task", { task_ids });
  assert.deepEqual([all.pending, all.timed_out], [[], false]);
  assert.equal(JSON.stringify(await test.call("collect_task", { task_ids })), JSON.stringify(all));
});

Deno.test("cancel of a child inside a command that ignores SIGTERM leaves no process", async () => {
  await using test = await TestSession.open({
    child: () => terminal("trap '' TERM; echo begun > begun; while :; do sleep 1; done"),
  });
  using watcher = Deno.watchFs(test.dir);
  const [id] = await test.spawn("stubborn");
  for await (const { paths } of watcher) if (paths.some((path) => path.endsWith("/begun"))) break;
  const { status, reason, settled_ms, partial_output, left_behind } = await test.call("cancel_task", {
    task_id: id,
  });
  assert.deepEqual([status, reason, left_behind], ["cancelled", "cancelled_by_parent", []]);
  assert.match(partial_output, /^\[terminal\] .*trap/);
  assert.ok(settled_ms >= 500 && settled_ms < 3000, `${settled_ms} ms: asked first, then killed`);
  assert.deepEqual(await processesLeft(test.dir, 0), []);
});

Deno.test("three levels complete through one slot", async () => {
  await using test = await TestSession.open({
    child: (request) => {
      const level = Number(/level (\d)/.exec(userMessages(request.body)[0] ?? "")?.[1]);
      if (level === 3) return finish("bottom");
      if (turnOf(request) === 1) {
        return callTools([{ name: "delegate_task", args: { goal: `level ${level + 1}` } }]);
      }
      return finish(`above ${lastResults(request)[0].results[0].summary}`);
    },
  }, { delegation: { max_concurrent_children: 1, max_spawn_depth: 3 } });
  const [id] = await test.spawn("level 1");
  const { summary, tokens, subtree } = await test.call("collect_task", { task_id: id });
  assert.equal(summary, "above above bottom");
  assert.ok(subtree.tokens.input > tokens.input);
});

Deno.test("a result that does not satisfy its schema is mended once, then it is bad_output", async () => {
  await using test = await TestSession.open({
    child: (request) => {
      const isStubborn = request.raw.includes("stubborn");
      const lines = turnOf(request) === 1 || isStubborn ? "many" : 3;
      return callTools([{
        name: "finish",
        args: { summary: "counted", outcome: "done", result: { lines } },
      }]);
    },
  });
  const ids = ["count", "stubborn"].map((goal) =>
    test.call("delegate_task_async", { goal, output_schema: SCHEMA })
  );
  const task_ids = (await Promise.all(ids)).map(({ task_id }) => task_id);
  const { results: [good, bad] } = await test.call("collect_task", { task_ids });
  assert.deepEqual([good.status, good.result, good.evidence.requests], ["completed", { lines: 3 }, 2]);
  assert.deepEqual([bad.status, bad.reason, bad.result, bad.evidence.requests], [
    "failed",
    "bad_output",
    undefined,
    2,
  ]);
  assert.match(bad.error.message, /#\/lines/);
});

Deno.test("a timeout leaves room for a hand-over without tools, inside the limit", async () => {
  await using test = await TestSession.open({
    child: ({ body }) => mayCall(body) ? terminal("sleep 30") : say("HANDED OVER"),
  });
  const { task_id } = await test.call("delegate_task_async", { goal: "slow", timeout_s: 2 });
  const task = await test.call("collect_task", { task_id });
  assert.deepEqual([task.status, task.reason, task.summary], ["failed", "timeout", "HANDED OVER"]);
  assert.ok(task.elapsed_s >= 1.6 && task.elapsed_s <= 2.1, `${task.elapsed_s} s`);
});

Deno.test("used-up turns and budgets end with a hand-over, a loop too", async () => {
  await using test = await TestSession.open({
    child: (request) =>
      mayCall(request.body)
        ? terminal(request.raw.includes("in a loop") ? "true" : `echo ${turnOf(request)}`)
        : say("as far as it went"),
  });
  const asked = [{ goal: "few turns", max_turns: 3 }, { goal: "few tokens", token_budget: 4_500 }, {
    goal: "in a loop",
  }];
  const replies = await Promise.all(asked.map((args) => test.call("delegate_task_async", args)));
  const { results } = await test.call("collect_task", { task_ids: replies.map(({ task_id }) => task_id) });
  assert.deepEqual(
    results.map(({ reason, summary, evidence }: Reading) => [reason, summary, evidence.requests]),
    [["max_turns", "as far as it went", 3], ["budget", "as far as it went", 2], [
      "loop",
      "as far as it went",
      6,
    ]],
  );
});

Deno.test("closing a session ends all that runs in it", async () => {
  const test = await TestSession.open({
    child: (request) => {
      const isAbove = request.raw.includes("above");
      return isAbove && turnOf(request) === 1 ? callTools([spawnCall("below")]) : terminal("sleep 60");
    },
  }, { delegation: { max_spawn_depth: 2, max_concurrent_children: 3 } });
  await test.spawn("above", "beside", "in the queue", "behind it");
  await test.waitForEvents("task.queued", 5);
  await test[Symbol.asyncDispose]();
  const ended = test.eventsOf("task.ended").map(({ task }) => [task.status, task.reason]);
  assert.deepEqual(ended, Array(5).fill(["cancelled", "session_closed"]));
});
