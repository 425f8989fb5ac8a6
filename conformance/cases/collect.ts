import assert from "node:assert/strict";
import { collect, collectAll, finish, shell, spawn } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";
import type { Reading } from "../wire.ts";

/** Waiting for results, and what they are. */
export const COLLECT: readonly Case[] = [
  {
    name: "collect-one-waits",
    demands:
      "collect of one id waits for its end without a model call, and returns summary, status and reason",
    because: "a parent without a join polls, or does the work again",
    run: one,
  },
  {
    name: "collect-all-keeps-the-order",
    demands:
      "collect of several waits for all and returns them in the order asked, whatever order they ended in",
    because: "order is how the model tells the results apart",
    run: all,
  },
  {
    name: "collect-any-returns-the-first",
    demands: "With mode any, the first result ends the wait; the others are pending and go on",
    because: "a race needs a finish line",
    run: any,
  },
  {
    name: "collect-at-least-n",
    demands: "With mode at_least, that many results end the wait",
    because: "a quorum must not wait for the slowest",
    run: atLeast,
  },
  {
    name: "collect-zero-looks-now",
    demands: "With timeout_s 0 it returns what there is, at once; that is no error and ends nothing",
    because: "a look is cheaper than a wait",
    run: zero,
  },
  {
    name: "collect-times-out",
    demands:
      "When its time is up it says timed_out, is no error, and the task goes on and can be collected later",
    because: "an impatient parent must not lose the work",
    run: timesOut,
  },
  {
    name: "collect-twice-is-the-same",
    demands: "Two collects of a finished task return the same bytes",
    because: "a result that changes on a second look cannot be relied on",
    run: twice,
  },
  {
    name: "evidence-is-counted",
    demands:
      "The result carries the program's own count of tool calls, and of commands with their exit codes",
    because: "a child's claim of what it did is not what it did",
    run: evidence,
  },
  {
    name: "schema-is-enforced",
    demands:
      "With output_schema a result that does not fit is sent back once; one that fits completes the task",
    because: "a program that reads the result must not find prose",
    run: schemaRepaired,
  },
  {
    name: "schema-missed-twice-fails",
    demands: "A result that does not fit for the second time fails the task with bad_output",
    because: "otherwise the child and the schema argue on the user's money",
    run: schemaMissed,
  },
];

async function one(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const child = stage.child("GOAL-A");
  const collected = stage.parent.does(collect(task_id));
  await child.does(shell("true"));
  const asked = stage.parent.seen.length;
  await child.finishes("the summary", { outcome: "partial" });
  const [reply] = await collected;
  assert.equal(asked, 2, "the parent's model was asked while the wait lasted");
  assert.deepEqual(
    [reply.task_id, reply.status, reply.reason, reply.outcome, reply.summary, reply.timed_out],
    [task_id, "completed", "finished", "partial", "the summary", false],
  );
}

async function all(stage: Stage): Promise<void> {
  const goals = ["GOAL-A", "GOAL-B", "GOAL-C"];
  const ids = await spawned(stage, goals);
  const collected = stage.parent.does(collectAll(ids));
  for (const goal of goals.toReversed()) await stage.child(goal).finishes(`did ${goal}`);
  const [{ results, pending, timed_out }] = await collected;
  assert.deepEqual(results.map(summary), goals.map((goal) => `did ${goal}`));
  assert.deepEqual([pending, timed_out], [[], false]);
}

async function any(stage: Stage): Promise<void> {
  const ids = await spawned(stage, ["GOAL-A", "GOAL-B"]);
  const collected = stage.parent.does(collectAll(ids, { mode: "any" }));
  await stage.child("GOAL-B").finishes("did B");
  const [{ results, pending }] = await collected;
  assert.deepEqual([results.map(summary), pending], [["did B"], [ids[0]]]);
  const rest = stage.parent.does(collectAll(pending));
  await stage.child("GOAL-A").finishes("did A");
  assert.deepEqual((await rest)[0].results.map(summary), ["did A"]);
}

async function atLeast(stage: Stage): Promise<void> {
  const ids = await spawned(stage, ["GOAL-A", "GOAL-B", "GOAL-C"]);
  const collected = stage.parent.does(collectAll(ids, { mode: { at_least: 2 } }));
  await stage.child("GOAL-C").finishes("did C");
  await stage.child("GOAL-A").finishes("did A");
  const [{ results, pending }] = await collected;
  assert.deepEqual([results.map(summary), pending], [["did A", "did C"], [ids[1]]]);
}

async function zero(stage: Stage): Promise<void> {
  const [task_id = ""] = await spawned(stage, ["GOAL-A"]);
  const [reply] = await stage.parent.does(collect(task_id, { timeout_s: 0 }));
  assert.deepEqual([reply.status, reply.timed_out, reply.summary, reply.error], [
    "running",
    true,
    null,
    undefined,
  ]);
  const later = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").finishes("did A");
  assert.equal((await later)[0].summary, "did A");
}

async function timesOut(stage: Stage): Promise<void> {
  const ids = await spawned(stage, ["GOAL-A", "GOAL-B"]);
  await stage.child("GOAL-A").asks();
  const [reply] = await stage.parent.does(collectAll(ids, { timeout_s: 0.2 }));
  assert.deepEqual([reply.results, reply.pending, reply.timed_out, reply.error], [[], ids, true, undefined]);
  const later = stage.parent.does(collectAll(ids));
  await stage.child("GOAL-A").finishes("did A");
  await stage.child("GOAL-B").finishes("did B");
  assert.deepEqual((await later)[0].results.map(summary), ["did A", "did B"]);
}

async function twice(stage: Stage): Promise<void> {
  const [task_id = ""] = await spawned(stage, ["GOAL-A"]);
  const first = stage.parent.doesRaw(collect(task_id));
  await stage.child("GOAL-A").finishes("did A");
  const once = await first;
  assert.deepEqual(await stage.parent.doesRaw(collect(task_id)), once);
}

async function evidence(stage: Stage): Promise<void> {
  const [task_id = ""] = await spawned(stage, ["GOAL-A"]);
  const collected = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").does(shell("true"), shell("exit 3"));
  await stage.child("GOAL-A").finishes("I ran a hundred commands");
  const [reply] = await collected;
  const { name } = stage.adapter.toCall?.(shell("")) ?? shell("");
  assert.equal(reply.evidence.tool_calls[name], 2);
  assert.deepEqual(
    reply.evidence.commands.map(({ command, exit_code }: Reading) => [command, exit_code]).toSorted(),
    [["exit 3", 3], ["true", 0]],
  );
}

const SCHEMA = { type: "object", properties: { count: { type: "integer" } }, required: ["count"] };

async function schemaRepaired(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A", { output_schema: SCHEMA }));
  const collected = stage.parent.does(collect(task_id));
  const [fault] = await stage.child("GOAL-A").doesRaw(finish("counted", { result: { count: "many" } }));
  assert.match(fault ?? "", /count/);
  await stage.child("GOAL-A").finishes("counted", { result: { count: 3 } });
  const [reply] = await collected;
  assert.deepEqual([reply.status, reply.result], ["completed", { count: 3 }]);
}

async function schemaMissed(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A", { output_schema: SCHEMA }));
  const collected = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").doesRaw(finish("counted", { result: { count: "many" } }));
  await stage.child("GOAL-A").finishes("counted", { result: [] });
  const [reply] = await collected;
  assert.deepEqual([reply.status, reply.reason], ["failed", "bad_output"]);
}

async function spawned(stage: Stage, goals: readonly string[]): Promise<string[]> {
  const replies = await stage.parent.does(...goals.map((goal) => spawn(goal)));
  return replies.map(({ task_id }) => task_id);
}

function summary(result: Reading): string {
  return result.summary;
}
