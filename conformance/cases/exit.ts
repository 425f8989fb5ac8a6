import assert from "node:assert/strict";
import { collect, spawn } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";

const GOALS = { start: { goals: ["GOAL-A", "GOAL-B"] } };

/** How the program ends, and what it printed. */
export const EXIT: readonly Case[] = [
  {
    name: "one-shot-drains",
    demands:
      "A one-shot prompt goes on until no task is left; stdout has the last turn's text only, the exit code is 0",
    because: "exiting with children running loses their work and calls it success",
    run: drains,
  },
  {
    name: "one-shot-ends-by-its-last-turn",
    demands: "A prompt whose task failed and whose last turn ended normally exits 0, with that turn's text",
    because: "the parent has seen the failure and its answer is the result",
    run: endsByLastTurn,
  },
  {
    name: "one-shot-refused-by-its-server",
    demands: "A prompt that the model server refuses (400) exits 1 and prints nothing on stdout",
    because: "scripts read the exit code first and stdout second",
    run: refusedByServer,
  },
  {
    name: "goals-exit-0",
    demands:
      "Goals given on the command line run at once; their summaries are printed in the order of the goals",
    because: "order is how a script tells them apart",
    wishes: GOALS,
    run: goalsDone,
  },
  {
    name: "failed-goal-exits-1",
    demands:
      "When one goal fails, the other is printed, the failure is told on stderr only, and the exit code is 1",
    because: "a script must not take an error for a result",
    wishes: GOALS,
    run: goalFailed,
  },
  {
    name: "partial-goal-exits-1",
    demands: "A goal that its child calls partial exits 1 and prints its summary",
    because: "the status is about the run, the outcome about the work, and a script wants the work",
    wishes: GOALS,
    run: goalPartial,
  },
];

async function drains(stage: Stage): Promise<void> {
  await stage.parent.does(spawn("GOAL-A"));
  await stage.parent.says("I have started a child");
  await stage.child("GOAL-A").finishes("did A");
  await stage.parent.says("the last word");
  const { code, stdout } = await stage.end();
  assert.deepEqual([code, stdout], [0, "the last word\n"]);
}

async function endsByLastTurn(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const collected = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").isRefused(400, "no");
  await collected;
  await stage.parent.says("it could not be done");
  const { code, stdout } = await stage.end();
  assert.deepEqual([code, stdout], [0, "it could not be done\n"]);
}

async function refusedByServer(stage: Stage): Promise<void> {
  await stage.parent.isRefused(400, "WORDS-OF-THE-SERVER");
  const { code, stdout, stderr } = await stage.end();
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /WORDS-OF-THE-SERVER/);
}

async function goalsDone(stage: Stage): Promise<void> {
  await stage.child("GOAL-A").asks();
  await stage.child("GOAL-B").finishes("did B");
  await stage.child("GOAL-A").finishes("did A");
  const { code, stdout } = await stage.end();
  assert.equal(code, 0);
  assert.match(stdout, /did A[^]*did B/);
}

async function goalFailed(stage: Stage): Promise<void> {
  await stage.child("GOAL-A").isRefused(400, "WORDS-OF-THE-SERVER");
  await stage.child("GOAL-B").finishes("did B");
  const { code, stdout, stderr } = await stage.end();
  assert.equal(code, 1);
  assert.match(stdout, /did B/);
  assert.doesNotMatch(stdout, /WORDS-OF-THE-SERVER|provider_error/);
  assert.match(stderr, /provider_error/);
}

async function goalPartial(stage: Stage): Promise<void> {
  await stage.child("GOAL-A").finishes("did half of A", { outcome: "partial" });
  await stage.child("GOAL-B").finishes("did B");
  const { code, stdout } = await stage.end();
  assert.equal(code, 1);
  assert.match(stdout, /did half of A[^]*did B/);
}
