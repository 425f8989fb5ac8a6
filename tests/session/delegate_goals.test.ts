import assert from "node:assert/strict";
import { delegateGoals } from "../../lib/session/delegate_goals.ts";
import { ToolFailure } from "../../lib/support/errors.ts";
import { finish, goalOf } from "../support/delegation_script.ts";
import { hold, silence, status } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";

const GOALS = Array.from({ length: 6 }, (_, index) => `goal-${index}`);
const requests = GOALS.map((goal) => ({ goal }));

/** Delegates and keeps the goals whose results were told, in the order in which they were. */
function delegateIn(
  test: TestSession,
  options: { any?: boolean; signal?: AbortSignal; goals?: number } = {},
) {
  const told: string[] = [];
  const results = delegateGoals(test.session, requests.slice(0, options.goals ?? GOALS.length), {
    any: options.any ?? false,
    signal: options.signal ?? new AbortController().signal,
    onResult: (task) => told.push(task.goal),
  });
  return { told, results };
}

Deno.test("delegateGoals() tells results in the order of the goals, beyond the queue too", async () => {
  const firstOpen = Promise.withResolvers<void>();
  await using test = await TestSession.open({
    child: (request) => {
      const goal = goalOf(request, GOALS);
      return hold(goal === "goal-0" ? firstOpen.promise : Promise.resolve(), finish(`did ${goal}`));
    },
  }, { delegation: { max_concurrent_children: 2, max_queued: 1 } });
  const { told, results } = delegateIn(test);
  await test.waitForEvents("task.ended", 5);
  assert.deepEqual(told, []);
  firstOpen.resolve();
  assert.deepEqual((await results).map(({ summary }) => summary), GOALS.map((goal) => `did ${goal}`));
  assert.deepEqual(told, GOALS);
  assert.deepEqual(test.eventsOf("task.delivered").map(({ by }) => by), GOALS.map(() => "print"));
  const { supervisor } = test.session;
  assert.equal(supervisor.mail.hasNews(null), false, "what was printed comes no second time");
});

Deno.test("delegateGoals() with any returns the first completed one and stops the rest", async () => {
  const hasFailed = Promise.withResolvers<void>();
  await using test = await TestSession.open({
    child: (request) => {
      const goal = goalOf(request, GOALS);
      if (goal === "goal-0") return status(400, { error: { message: "no" } });
      return goal === "goal-2" ? hold(hasFailed.promise, finish("won")) : silence();
    },
  });
  test.session.events.subscribe(({ type }) => type === "task.ended" && hasFailed.resolve());
  const { told, results } = delegateIn(test, { any: true });
  assert.deepEqual((await results).map(({ goal, summary }) => [goal, summary]), [["goal-2", "won"]]);
  assert.deepEqual(told, ["goal-2"]);
  const statuses = test.eventsOf("task.ended").map(({ task }) => `${task.goal} ${task.reason}`).sort();
  assert.deepEqual(statuses, [
    "goal-0 provider_error",
    "goal-1 cancelled_by_user",
    "goal-2 finished",
    ...["goal-3", "goal-4", "goal-5"].map((goal) => `${goal} cancelled_by_user`),
  ]);
});

Deno.test("delegateGoals() with any heeds the first one while others still wait to be taken", async () => {
  await using test = await TestSession.open({
    child: (request) => goalOf(request, GOALS) === "goal-1" ? finish("won") : silence(),
  }, { delegation: { max_concurrent_children: 2, max_queued: 0 } });
  const { results } = delegateIn(test, { any: true });
  assert.deepEqual((await results).map(({ goal }) => goal), ["goal-1"]);
  assert.equal(test.session.supervisor.table.hasLive(null), false);
});

Deno.test("delegateGoals() with any tells of every failure when none completed", async () => {
  await using test = await TestSession.open({ child: () => status(400, { error: { message: "no" } }) });
  const { told, results } = delegateIn(test, { any: true, goals: 2 });
  assert.deepEqual((await results).map(({ reason }) => reason), ["provider_error", "provider_error"]);
  assert.deepEqual(told, ["goal-0", "goal-1"]);
});

Deno.test("delegateGoals() throws ToolFailure for a request that cannot be taken", async () => {
  await using test = await TestSession.open({ child: () => silence() });
  const results = delegateGoals(test.session, [{ goal: "g", toolsets: ["web"] }, { goal: "h" }], {
    any: false,
    signal: new AbortController().signal,
    onResult: () => assert.fail("there is no result"),
  });
  await assert.rejects(results, (error) => error instanceof ToolFailure && error.code === "denied");
});

Deno.test("delegateGoals() rejects with the signal's reason; the session ends what still runs", async () => {
  await using test = await TestSession.open({ child: () => silence() });
  const stop = new AbortController();
  const { results } = delegateIn(test, { signal: stop.signal, goals: 2 });
  await test.server.waitForRequest((request) => request.index === 1);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(results, reason);
  await test.session[Symbol.asyncDispose]();
  assert.deepEqual(test.eventsOf("task.ended").map(({ task }) => task.reason), [
    "session_closed",
    "session_closed",
  ]);
});
