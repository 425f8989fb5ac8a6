import assert from "node:assert/strict";
import type { Agent } from "../agent.ts";
import type { Ask } from "../ask.ts";
import { cancel, check, collect, shell, spawn, steer } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";
import { newMessages, textOf, userTexts } from "../wire.ts";

const WORD = "STEER-WORD look at the second page";

/** Messages to a task that runs. */
export const STEER: readonly Case[] = [
  {
    name: "steer-next-reaches-the-next-request",
    demands: "A steer is receipted at once and stands in the child's next request as a user message",
    because: "a correction that is lost or looks like tool output is not followed",
    run: reachesNext,
  },
  {
    name: "steer-never-splits-a-call",
    demands: "A steer accepted before the child asked for tools stands behind their results, all of them",
    because: "model servers refuse a conversation whose calls have no results next to them",
    run: neverSplits,
  },
  {
    name: "steer-inside-a-tool",
    demands: "A steer accepted while a tool runs leaves the tool alone and follows its result",
    because: "a message must not break the work it is about",
    run: insideTool,
  },
  {
    name: "steer-now-breaks-off-the-request",
    demands: "With mode now, the request in flight is aborted and the next has the message",
    because: "when the child is on the wrong way, its answer is not worth waiting for",
    run: now,
  },
  {
    name: "steer-after-waits-for-the-end",
    demands: "With mode after, the message comes when the child would finish, and the child goes on",
    because: "an addition must not disturb what is under way",
    run: after,
  },
  {
    name: "steer-keeps-the-order",
    demands: "Several steers arrive in the order of their acceptance",
    because: "the later one may take the earlier one back",
    run: keepsOrder,
  },
  {
    name: "steer-before-the-end-is-heard",
    demands:
      "A steer accepted before the child's last word is delivered by another turn, and the task ends after it",
    because: "a message that was accepted must not be lost to bad timing",
    run: beforeTheEnd,
  },
  {
    name: "steer-joins-a-queued-brief",
    demands: "A steer to a queued task stands in the first request of its child, delivered at turn 0",
    because: "a message must not be lost because the task had not started",
    wishes: { slots: 1 },
    run: joinsBrief,
  },
  {
    name: "steer-of-a-final-task-is-an-error",
    demands: "A steer to a task that is over is refused with not_running, and the message says how it is",
    because: "a message that nobody will read must not be accepted",
    run: finalTask,
  },
  {
    name: "steer-missed-is-reported",
    demands: "A steer that the child never saw is named in the result as missed",
    because: "the parent must know which of its words the result does not take in",
    run: missed,
  },
];

async function reachesNext(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  const [receipt] = await stage.parent.does(steer(task_id, WORD));
  assert.deepEqual([receipt.ok, receipt.task_id, receipt.state], [true, task_id, "queued"]);
  assert.equal(typeof receipt.steer_id, "string");
  await child.starts(shell("true"));
  const next = await child.asks();
  assert.ok(userTexts(next.body).at(-1)?.includes(WORD), "a user message of the next request");
  const [looked] = await stage.parent.does(check(task_id));
  assert.deepEqual(looked.steers, [{ steer_id: receipt.steer_id, state: "delivered", delivered_at_turn: 2 }]);
}

async function neverSplits(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  await stage.parent.does(steer(task_id, WORD));
  await child.starts(shell("echo one"), shell("echo two"));
  assertBehindResults(await child.asks(), 2);
}

async function insideTool(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  const command = stage.heldCommand();
  await child.starts(shell(command.patient));
  await stage.expect(command.started, () => "The command did not start");
  await stage.parent.does(steer(task_id, WORD));
  await command.release();
  assertBehindResults(await child.asks(), 1);
}

async function now(stage: Stage): Promise<void> {
  const { child, task_id, first } = await started(stage);
  await stage.parent.does(steer(task_id, WORD, "now"));
  await stage.expect(first.gone, () => "The request in flight was not aborted");
  assert.ok(userTexts((await child.asks()).body).at(-1)?.includes(WORD));
}

async function after(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  await stage.parent.does(steer(task_id, WORD, "after"));
  const collected = stage.parent.does(collect(task_id));
  await child.starts(shell("true"));
  const second = await child.asks();
  assert.ok(!userTexts(second.body).some((text) => text.includes(WORD)), "it came before the end");
  await child.finishes("the first end");
  const third = await child.asks();
  assert.ok(userTexts(third.body).at(-1)?.includes(WORD), "it came when the child would have finished");
  await child.finishes("the second end");
  assert.equal((await collected)[0].summary, "the second end");
}

async function keepsOrder(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  const words = ["WORD-ONE", "WORD-TWO", "WORD-THREE"];
  await stage.parent.does(...words.map((word) => steer(task_id, word)));
  await child.starts(shell("true"));
  const text = userTexts((await child.asks()).body).join("\n");
  const places = words.map((word) => text.indexOf(word));
  assert.ok(places.every((place) => place >= 0), "all of them");
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
}

async function beforeTheEnd(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  await stage.parent.does(steer(task_id, WORD));
  const collected = stage.parent.does(collect(task_id));
  await child.finishes("ended without it");
  assert.ok(userTexts((await child.asks()).body).at(-1)?.includes(WORD));
  await child.finishes("ended with it");
  const [reply] = await collected;
  assert.deepEqual([reply.summary, reply.missed_steers], ["ended with it", []]);
}

async function joinsBrief(stage: Stage): Promise<void> {
  const [a, b] = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"));
  await stage.parent.does(steer(b.task_id, WORD));
  const collected = stage.parent.does(collect(a.task_id));
  await stage.child("GOAL-A").finishes("did A");
  await collected;
  assert.ok(userTexts((await stage.child("GOAL-B").asks()).body).some((text) => text.includes(WORD)));
  const [looked] = await stage.parent.does(check(b.task_id));
  assert.deepEqual([looked.steers[0].state, looked.steers[0].delivered_at_turn], ["delivered", 0]);
}

async function finalTask(stage: Stage): Promise<void> {
  const { child, task_id } = await started(stage);
  const collected = stage.parent.does(collect(task_id));
  await child.finishes("done");
  await collected;
  const [refused] = await stage.parent.does(steer(task_id, WORD));
  assert.equal(refused.error?.code, "not_running");
  assert.match(refused.error.message, /completed/);
}

async function missed(stage: Stage): Promise<void> {
  const { task_id } = await started(stage);
  await stage.parent.does(steer(task_id, WORD));
  await stage.parent.does(cancel(task_id));
  const [collected] = await stage.parent.does(collect(task_id));
  assert.deepEqual([collected.steers[0].state, collected.missed_steers], ["missed", [WORD]]);
}

/** One child whose first request is open. */
async function started(stage: Stage): Promise<{ child: Agent; task_id: string; first: Ask }> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const child = stage.child("GOAL-A");
  return { child, task_id, first: await child.asks() };
}

function assertBehindResults({ body }: Ask, results: number): void {
  const added = newMessages(body);
  const roles = added.map(({ role }) => role);
  assert.deepEqual(roles, [...Array.from({ length: results }, () => "tool"), "user"]);
  assert.ok(textOf(added.at(-1)!).includes(WORD)); // the roles say that it is there
}
