import assert from "node:assert/strict";
import { drain } from "../../lib/session/drain.ts";
import { finish, goalOf, spawnCall } from "../support/delegation_script.ts";
import { callTools, type Handler, hold, type RecordedRequest, say } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";
import { turnOf, userMessages } from "../support/wire_reading.ts";

const ONE_SHOT = { maxTurns: 20, noticesBetweenTurns: false };
const { signal } = new AbortController();

const ask = (question: string) => callTools([{ name: "ask_parent", args: { question } }]);

/** Answers a prompt and drains, as `-q` does; returns how the last turn ended. */
async function answerOnce(test: TestSession) {
  const agent = await test.session.createAgent(ONE_SHOT);
  await agent.answer("go");
  return await drain(test.session.supervisor, agent, signal);
}

/** The last result that a child was given. */
function lastResult({ body }: RecordedRequest): string {
  return body.messages.findLast(({ role }) => role === "tool")?.content ?? "";
}

/** The task of whose question a parent's request tells or reminds at its end; null when it ends with something else. */
function askingTask({ body }: RecordedRequest): string | null {
  const last = body.messages.at(-1);
  if (last?.role !== "user") return null;
  return /<task_question id="(t\w{5})">|^Task (t\w{5}) still waits/.exec(last.content ?? "")?.slice(1).find(
    Boolean,
  ) ?? null;
}

function steerCall(taskId: string, message: string) {
  return { name: "steer_task", args: { task_id: taskId, message } };
}

/** Of each parent request, whether it brought a question, a result, both, a reminder or nothing new. */
function news(test: TestSession): string[] {
  return test.parentRequests.map(({ body }) => {
    const last = userMessages(body).at(-1) ?? "";
    const kinds = ["question", "result"].filter((kind) => last.includes(`<task_${kind} `));
    return [...kinds, ...(last.includes("still waits") ? ["reminder"] : [])].join("+");
  });
}

/** Spawns the goals in one turn, and says so. */
function spawns(...goals: string[]): Handler {
  return (request) => {
    if (turnOf(request) === 1) return callTools(goals.map((goal) => spawnCall(goal)));
    return say(`turn ${turnOf(request)}`);
  };
}

Deno.test("drain() gives the results of all tasks in one turn, once nothing runs", async () => {
  const goals = ["goal-0", "goal-1", "goal-2"];
  await using test = await TestSession.open({
    parent: spawns(...goals),
    child: (request) => finish(`did ${goalOf(request, goals)}`),
  });
  assert.deepEqual(await answerOnce(test), { type: "final", text: "turn 3" });
  assert.deepEqual(news(test), ["", "", "result"]);
  const notice = userMessages(test.parentRequests.at(-1)!.body).at(-1);
  assert.equal(notice?.match(/^<task_result /gm)?.length, 3);
});

Deno.test("drain() has nothing to tell where no task was spawned", async () => {
  await using test = await TestSession.open({ parent: () => say("hello"), child: () => say("never") });
  assert.equal(await answerOnce(test), null);
});

Deno.test("drain() gives the parent two turns for a question, then tells the child that nobody answers", async () => {
  await using test = await TestSession.open({
    parent: spawns("goal-0"),
    child: (request) => turnOf(request) === 1 ? ask("which port?") : finish(`told: ${lastResult(request)}`),
  });
  await answerOnce(test);
  assert.deepEqual(news(test), ["", "", "question", "reminder", "result"]);
  const [ended] = test.eventsOf("task.ended");
  assert.equal(ended?.task.status, "completed");
  assert.match(userMessages(test.parentRequests.at(-1)!.body).at(-1) ?? "", /told: .*Nobody can answer/);
});

Deno.test("drain() fails a task that asks again after it was told that nobody answers", async () => {
  await using test = await TestSession.open({
    parent: spawns("goal-0"),
    child: () => ask("which port?"),
  });
  await answerOnce(test);
  const { status, reason } = test.eventsOf("task.ended")[0]!.task;
  assert.deepEqual([status, reason], ["failed", "unanswered"]);
  assert.equal(test.eventsOf("task.question").length, 1, "the second question is put to nobody");
  assert.equal(news(test).at(-1), "result");
});

Deno.test("drain() gives each question two turns of its own", async () => {
  await using test = await TestSession.open({
    parent: (request) => {
      if (turnOf(request) === 1) return callTools([spawnCall("goal-0")]);
      const notices = userMessages(request.body).filter((message) =>
        /<task_question |still waits/.test(message)
      );
      const asks = askingTask(request);
      if (asks === null || notices.length % 2 === 1) return say("I shall think about it");
      return callTools([steerCall(asks, `answer to notice ${notices.length}`)]);
    },
    child: (request) => {
      if (turnOf(request) === 1) return ask("which port?");
      if (turnOf(request) === 2) return ask("which host?");
      return finish(`told: ${lastResult(request)}`);
    },
  });
  await answerOnce(test);
  assert.match(
    userMessages(test.parentRequests.at(-1)!.body).at(-1) ?? "",
    /told: \{"answer":"answer to notice 4"\}/,
  );
});

Deno.test("drain() asks while others work, and lets them work on", async () => {
  const goals = ["goal-0", "goal-1"];
  const open = Promise.withResolvers<void>();
  await using test = await TestSession.open({
    parent: (request) => {
      if (turnOf(request) === 1) return callTools(goals.map((goal) => spawnCall(goal)));
      const asks = askingTask(request);
      if (asks === null) return say("noted");
      open.resolve();
      return callTools([steerCall(asks, "8080")]);
    },
    child: (request) => {
      if (goalOf(request, goals) === "goal-1") return hold(open.promise, finish("slow"));
      return turnOf(request) === 1 ? ask("which port?") : finish(`told: ${lastResult(request)}`);
    },
  });
  assert.deepEqual(await answerOnce(test), { type: "final", text: "noted" });
  assert.deepEqual(news(test), ["", "", "question", "question", "result"]);
  assert.deepEqual(test.eventsOf("task.ended").map(({ task }) => task.reason), ["finished", "finished"]);
});
