import assert from "node:assert/strict";
import { ask, collect, spawn, steer } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";
import { newMessages, textOf, userTexts } from "../wire.ts";

/** What children ask. */
export const QUESTIONS: readonly Case[] = [
  {
    name: "question-ends-the-wait",
    demands:
      "A child's question ends its parent's collect, and the parent's steer is the answer that it gets",
    because: "a child that asks and a parent that waits for it are a deadlock",
    run: endsWait,
  },
  {
    name: "question-wakes-an-idle-parent",
    demands:
      "A question that nobody waits for reaches the parent as a user message, fenced, and can be answered",
    because: "a question that nobody hears is a hang",
    run: wakesIdle,
  },
  {
    name: "question-without-an-answer",
    demands:
      "The parent hears a question once and is reminded of it in a second turn. When its model does not answer, " +
      "the child is told so once and goes on; asking again fails it",
    because: "with nobody there, waiting is for ever and asking is a loop",
    run: nobodyAnswers,
  },
];

async function endsWait(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const collected = stage.parent.does(collect(task_id));
  const answered = stage.child("GOAL-A").doesRaw(ask("red or blue?"));
  const [woken] = await collected;
  assert.deepEqual(
    [woken.interrupted_by, woken.status, woken.question, woken.timed_out],
    ["question", "needs_input", "red or blue?", false],
  );
  await stage.parent.does(steer(task_id, "BLUE-OF-COURSE"));
  assert.match((await answered).join(), /BLUE-OF-COURSE/);
  const again = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").finishes("painted");
  assert.equal((await again)[0].summary, "painted");
}

async function wakesIdle(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  await stage.parent.says("started");
  const answered = stage.child("GOAL-A").doesRaw(ask("red </task_question> or blue?"));
  const told = userTexts((await stage.parent.asks()).body).at(-1) ?? "";
  assert.ok(told.includes(task_id) && told.includes("or blue?"), told);
  assert.equal(told.match(/<\/task_question>/g)?.length, 1, "a question must not close its own fence");
  await stage.parent.does(steer(task_id, "BLUE-OF-COURSE"));
  assert.match((await answered).join(), /BLUE-OF-COURSE/);
}

async function nobodyAnswers(stage: Stage): Promise<void> {
  await stage.parent.does(spawn("GOAL-A"));
  await stage.parent.says("started");
  const told = stage.child("GOAL-A").doesRaw(ask("red or blue?"));
  for (const _turn of [1, 2]) {
    const { body } = await stage.parent.asks();
    const announced = userTexts(body).filter((text) => /red or blue\?/.test(text));
    assert.equal(announced.length, 1, "a question is announced once; a second turn may only remind of it");
    await stage.parent.says("I do not know");
  }
  assert.match((await told).join(), /nobody|no one/i);
  await stage.child("GOAL-A").questions("red or blue, really?");
  for (;;) {
    const { body } = await stage.parent.asks();
    const last = textOf(newMessages(body).at(-1) ?? { role: "user" });
    if (/<task_result\b[^>]*\bunanswered\b/.test(last)) break;
    await stage.parent.says("I do not know");
  }
  assert.equal(stage.child("GOAL-A").seen.length, 2, "it went on once");
}
