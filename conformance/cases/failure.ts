import assert from "node:assert/strict";
import type { Agent } from "../agent.ts";
import { collect, collectAll, shell, spawn } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";
import type { Reading } from "../wire.ts";

/** Endings that must never pass for success. */
export const FAILURE: readonly Case[] = [
  {
    name: "provider-error-is-failed",
    demands: "A child whose model server refuses it is failed with provider_error and the server's words",
    because: "errors labelled completed are believed",
    run: (stage) =>
      fails(
        stage,
        (child) => child.isRefused(400, "WORDS-OF-THE-SERVER"),
        "provider_error",
        /WORDS-OF-THE-SERVER/,
      ),
  },
  {
    name: "cut-answer-is-failed",
    demands: "An answer cut at the model's output limit is failed with max_output",
    because: "half an answer reads like a whole one",
    run: (stage) => fails(stage, (child) => child.says("half of", "length"), "max_output"),
  },
  {
    name: "withheld-answer-is-failed",
    demands: "An answer that the provider's filter withheld is failed with content_filter",
    because: "what is left of it is not the child's word",
    run: (stage) => fails(stage, (child) => child.says("half of", "content_filter"), "content_filter"),
  },
  {
    name: "broken-stream-is-failed",
    demands: "An answer whose stream ends without a reason, however often, is failed",
    because: "a lost connection looks like an end to a careless reader",
    run: brokenStream,
  },
  {
    name: "empty-answer-is-failed",
    demands: "An empty answer is asked for once more; the second one fails the task with bad_output",
    because: "nothing is not a result, and asking for ever costs money",
    run: emptyAnswer,
  },
  {
    name: "turn-limit-hands-over",
    demands:
      "At its turn limit a child gets one turn without tools to hand over, and is failed with max_turns",
    because: "what was found before the limit must not be lost, nor pass for the whole",
    run: turnLimit,
  },
  {
    name: "time-limit-is-failed",
    demands: "A task whose timeout_s has passed is failed with timeout, whatever its model server does",
    because: "a limit that a silent server can hold up is none",
    run: timeLimit,
  },
  {
    name: "failure-stays-alone",
    demands: "When one child fails, its siblings complete",
    because: "one bad answer must not cost the good ones",
    run: staysAlone,
  },
];

async function fails(
  stage: Stage,
  misbehave: (child: Agent) => Promise<void>,
  reason: string,
  message = /./,
): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const collected = stage.parent.does(collect(task_id));
  await misbehave(stage.child("GOAL-A"));
  const [reply] = await collected;
  assert.deepEqual([reply.status, reply.reason], ["failed", reason]);
  assert.match(reply.error.message, message);
}

async function brokenStream(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const collected = stage.parent.does(collect(task_id));
  const reply = await whileItAsks(stage.child("GOAL-A"), (ask) => ask.says("half of", null), collected);
  assert.equal(reply[0].status, "failed");
}

async function emptyAnswer(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  const collected = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").says("");
  await stage.child("GOAL-A").says("");
  const [reply] = await collected;
  assert.deepEqual([reply.status, reply.reason], ["failed", "bad_output"]);
}

async function turnLimit(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A", { max_turns: 2 }));
  const collected = stage.parent.does(collect(task_id));
  await stage.child("GOAL-A").starts(shell("true"));
  const last = await stage.child("GOAL-A").asks();
  const mayCall = (last.body.tools ?? []).length > 0 && last.body.tool_choice !== "none";
  assert.equal(mayCall, false, "the hand-over calls no tools");
  last.says("found half of it");
  const [reply] = await collected;
  assert.deepEqual([reply.status, reply.reason, reply.summary], ["failed", "max_turns", "found half of it"]);
}

async function timeLimit(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A", { timeout_s: 0.4 }));
  await stage.child("GOAL-A").asks();
  const [reply] = await stage.parent.does(collect(task_id));
  assert.deepEqual([reply.status, reply.reason], ["failed", "timeout"]);
}

async function staysAlone(stage: Stage): Promise<void> {
  const replies = await stage.parent.does(spawn("GOAL-A"), spawn("GOAL-B"));
  const collected = stage.parent.does(collectAll(replies.map(({ task_id }) => task_id)));
  await stage.child("GOAL-A").isRefused(400, "no");
  await stage.child("GOAL-B").finishes("did B");
  const [{ results }] = await collected;
  assert.deepEqual(results.map(({ status, summary }: Reading) => [status, summary]), [
    ["failed", null],
    ["completed", "did B"],
  ]);
}

/** Answers every request of a child alike until `done`. */
async function whileItAsks<T>(
  child: Agent,
  answer: (ask: Awaited<ReturnType<Agent["asks"]>>) => void,
  done: Promise<T>,
): Promise<T> {
  for (;;) {
    const next = await Promise.race([child.asks(), done.then(() => null)]);
    if (next === null) return await done;
    answer(next);
  }
}
