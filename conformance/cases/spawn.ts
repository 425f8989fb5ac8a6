import assert from "node:assert/strict";
import { check, list, shell, spawn } from "../calls.ts";
import type { Case } from "../case.ts";
import { PROMPT_WORD, type Stage } from "../stage.ts";
import { textOf } from "../wire.ts";

/** Starting tasks: at once, side by side, knowing nothing but their brief. */
export const SPAWN: readonly Case[] = [
  {
    name: "spawn-returns-at-once",
    demands: "A spawn answers, and the parent's next request leaves, before the child had its first answer",
    because: "a parent that waits for its children can do nothing beside them",
    run: returnsAtOnce,
  },
  {
    name: "spawn-says-no-result",
    demands: "The reply of a spawn has an id and a live status, and says that there is no result yet",
    because: "weak models make up the result when nothing tells them that there is none",
    run: saysNoResult,
  },
  {
    name: "children-overlap",
    demands: "Four children spawned in one turn all ask their model before any of them is answered",
    because: "children that take turns are no faster than one agent",
    run: overlap,
  },
  {
    name: "child-knows-its-brief-only",
    demands:
      "A child's request has its goal and context, and nothing of the parent's conversation or of siblings",
    because: "what leaks in costs tokens, leads the child astray and tells it secrets",
    run: knowsItsBriefOnly,
  },
  {
    name: "check-looks-without-waiting",
    demands: "check answers while the child works, with its status, turn and last lines of output",
    because: "a look that blocks is a wait, and a black box is killed on suspicion",
    run: checkLooks,
  },
  {
    name: "list-shows-every-task",
    demands: "list names every live task with its status, and how the slots stand",
    because: "a task that no view shows is a task that nobody stops",
    run: listShows,
  },
];

async function returnsAtOnce(stage: Stage): Promise<void> {
  await stage.parent.does(spawn("GOAL-A"));
  const { isOpen } = await stage.child("GOAL-A").asks();
  assert.ok(isOpen, "the parent has asked again and the child still waits for its first answer");
}

async function saysNoResult(stage: Stage): Promise<void> {
  const [reply] = await stage.parent.does(spawn("GOAL-A"));
  assert.equal(typeof reply.task_id, "string");
  assert.ok(["queued", "running"].includes(reply.status), `status ${reply.status}`);
  assert.match(reply.note, /no result/i);
  assert.equal(reply.summary, undefined);
}

async function overlap(stage: Stage): Promise<void> {
  const goals = ["GOAL-A", "GOAL-B", "GOAL-C", "GOAL-D"];
  const replies = await stage.parent.does(...goals.map((goal) => spawn(goal)));
  assert.equal(new Set(replies.map(({ task_id }) => task_id)).size, 4, "four ids");
  for (const goal of goals) await stage.child(goal).asks();
}

async function knowsItsBriefOnly(stage: Stage): Promise<void> {
  await stage.parent.does(spawn("GOAL-A", { context: "CONTEXT-OF-A" }), spawn("GOAL-B"));
  const { body } = await stage.child("GOAL-A").asks();
  const text = body.messages.map(textOf).join("\n");
  assert.ok(text.includes("GOAL-A") && text.includes("CONTEXT-OF-A"), "the brief is there");
  for (const word of [PROMPT_WORD, "GOAL-B"]) assert.ok(!text.includes(word), `the child reads "${word}"`);
}

async function checkLooks(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  await stage.child("GOAL-A").does(shell("echo seen-by-check"));
  const [reply] = await stage.parent.does(check(task_id));
  assert.deepEqual([reply.task_id, reply.status, reply.turn], [task_id, "running", 2]);
  assert.ok(reply.output_preview.some((line: string) => line.includes("seen-by-check")), "its output");
}

async function listShows(stage: Stage): Promise<void> {
  const spawned = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"));
  const [{ tasks, slots }] = await stage.parent.does(list());
  assert.deepEqual(
    new Set(tasks.map(({ task_id }: { task_id: string }) => task_id)),
    new Set(spawned.map(({ task_id }) => task_id)),
  );
  assert.deepEqual(slots, { running: 2, limit: 8, queued: 0 });
}
