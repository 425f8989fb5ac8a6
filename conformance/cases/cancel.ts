import assert from "node:assert/strict";
import { cancel, check, collect, shell, spawn } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";

/** Stopping tasks. */
export const CANCEL: readonly Case[] = [
  {
    name: "cancel-ends-the-commands",
    demands: "When cancel answers, no process of the child's command is left, though it ignores SIGTERM",
    because: "a task that is called cancelled and goes on working is the worst of both",
    run: endsCommands,
  },
  {
    name: "cancel-aborts-the-request",
    demands: "When cancel answers, the child's model request is closed, and the child never asks again",
    because: "a request that runs on is paid for",
    run: abortsRequest,
  },
  {
    name: "cancel-of-a-final-task-changes-nothing",
    demands: "cancel of a finished task says already_final and leaves its status and summary",
    because: "a late cancel must not throw work away",
    run: ofFinal,
  },
  {
    name: "cancel-reaches-the-children-below",
    demands: "cancel of a task stops the tasks that it spawned, and answers after they have stopped",
    because: "orphans are what costs the money",
    wishes: { depth: 2 },
    run: below,
  },
  {
    name: "cancel-leaves-the-siblings",
    demands: "cancel of one task touches no other",
    because: "stopping one wrong child must not cost the right ones",
    run: siblings,
  },
  {
    name: "interrupt-stops-everything",
    demands: "SIGINT ends the program with 130, and no process of a child's command is left",
    because: "Ctrl-C is the stop that everybody knows",
    run: interrupt,
  },
];

async function endsCommands(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const command = stage.heldCommand();
  await stage.child("GOAL-A").starts(shell(command.stubborn));
  await stage.expect(command.started, () => "The command did not start");
  const [reply] = await stage.parent.does(cancel(task_id));
  await stage.soon(command.gone, "Processes of the command are left after the reply of cancel");
  assert.deepEqual([reply.ok, reply.status, reply.reason], [true, "cancelled", "cancelled_by_parent"]);
  assert.deepEqual(reply.left_behind, []);
}

async function abortsRequest(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const asked = await stage.child("GOAL-A").asks();
  const [reply] = await stage.parent.does(cancel(task_id));
  await stage.soon(asked.gone, "The child's request is still open after the reply of cancel");
  assert.equal(reply.status, "cancelled");
  await stage.parent.says("ok");
  await stage.end();
  assert.equal(stage.child("GOAL-A").seen.length, 1, "the child asked again");
}

async function ofFinal(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const collected = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").finishes("did A");
  await collected;
  const [reply] = await stage.parent.does(cancel(task_id));
  assert.deepEqual([reply.ok, reply.already_final, reply.status], [true, true, "completed"]);
  const [again] = await stage.parent.does(collect(task_id));
  assert.deepEqual([again.status, again.summary], ["completed", "did A"]);
}

async function below(stage: Stage): Promise<void> {
  const [a] = await stage.parent.does(spawn("GOAL-A"));
  const [b] = await stage.child("GOAL-A").does(spawn("GOAL-B"));
  await stage.child("GOAL-A").starts(collect(b.task_id));
  const asked = await stage.child("GOAL-B").asks();
  await stage.parent.does(cancel(a.task_id));
  await stage.soon(asked.gone, "The request of the child below is still open after the reply of cancel");
  const [looked] = await stage.parent.does(check(b.task_id));
  assert.deepEqual([looked.status, looked.reason], ["cancelled", "cancelled_by_parent"]);
}

async function siblings(stage: Stage): Promise<void> {
  const [a, b] = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"));
  await stage.child("GOAL-B").asks();
  await stage.parent.does(cancel(a.task_id));
  const collected = stage.parent.does(collect(b.task_id));
  await stage.child("GOAL-B").finishes("did B");
  assert.equal((await collected)[0].summary, "did B");
}

async function interrupt(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const command = stage.heldCommand();
  await stage.child("GOAL-A").starts(shell(command.stubborn));
  await stage.expect(command.started, () => "The command did not start");
  await stage.parent.starts(collect(task_id));
  stage.kill("SIGINT");
  const { code } = await stage.end();
  await stage.soon(command.gone, "Processes of the command outlived the program");
  assert.equal(code, 130);
}
