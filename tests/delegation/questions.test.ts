import assert from "node:assert/strict";
import { settled } from "../support/fake_clock.ts";
import type { Puppet } from "../support/puppet_child.ts";
import { AGENT, Stage, USER } from "../support/test_ground.ts";

/** A stage with one child, "one", that has asked "which port?". */
async function asking(config: Record<string, unknown> = {}) {
  const stage = new Stage(config);
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  const answer = ask(puppet, "which port?");
  await settled();
  return { stage, id, puppet, answer };
}

function ask(puppet: Puppet, question: string): Promise<unknown> {
  return puppet.tool("ask_parent", { question });
}

Deno.test("a question lends the slot, shows in the record and is answered by a steer", async () => {
  const { stage, id, puppet, answer } = await asking({ delegation: { max_concurrent_children: 1 } });
  await using _ = stage;
  const waiting = await stage.check(id);
  assert.deepEqual([waiting.status, waiting.question, waiting.waiting_for], [
    "needs_input",
    "which port?",
    "answer",
  ]);
  assert.equal(stage.supervisor.slots.view.running, 0);
  await stage.call("steer_task", { task_id: id, message: "8080" });
  const { status, steers } = await stage.check(id);
  assert.deepEqual([status, steers], ["running", [{
    steer_id: "steer_1",
    state: "delivered",
    delivered_at_turn: 0,
  }]]);
  assert.deepEqual(await answer, { answer: "8080" });
  await puppet.finish("done");
  assert.deepEqual((await stage.call("collect_task", { task_id: id })).missed_steers, []);
});

Deno.test("of two messages at once the first is the answer and the second comes in the next turn", async () => {
  const { stage, id, puppet, answer } = await asking();
  await using _ = stage;
  await Promise.all(
    ["8080", "and use TLS"].map((message) => stage.call("steer_task", { task_id: id, message })),
  );
  assert.deepEqual(await answer, { answer: "8080" });
  assert.deepEqual(await puppet.turn(2), ["and use TLS"]);
});

Deno.test("two questions of one child are put one after the other", async () => {
  const { stage, id, puppet, answer } = await asking();
  await using _ = stage;
  const second = ask(puppet, "which host?");
  await settled();
  assert.equal((await stage.check(id)).question, "which port?");
  await stage.call("steer_task", { task_id: id, message: "8080" });
  await settled();
  assert.equal((await stage.check(id)).question, "which host?");
  await stage.call("steer_task", { task_id: id, message: "localhost" });
  assert.deepEqual(await Promise.all([answer, second]), [{ answer: "8080" }, { answer: "localhost" }]);
});

Deno.test("a question is announced once, fenced, and its answer ends the news", async () => {
  const { stage, id } = await asking();
  await using _ = stage;
  assert.equal(stage.supervisor.mail.hasNews(null), true);
  assert.match(
    stage.supervisor.mail.takeNotice(null) ?? "",
    new RegExp(`<task_question id="${id}">\nwhich port\\?`),
  );
  assert.equal(stage.supervisor.mail.hasNews(null), false);
  assert.equal(stage.supervisor.mail.takeNotice(null), null);
});

Deno.test("with nobody to answer the child is told so once; asking again is unanswered", async () => {
  const { stage, id, puppet, answer } = await asking();
  await using _ = stage;
  stage.supervisor.questions.refuse(id);
  assert.match(JSON.stringify(await answer), /Nobody can answer/);
  void ask(puppet, "which host?");
  await settled();
  const { status, reason, error } = await stage.call("collect_task", { task_id: id });
  assert.deepEqual([status, reason, error.code, error.retryable], [
    "failed",
    "unanswered",
    "unanswered",
    false,
  ]);
});

Deno.test("a question that is refused while it is told leaves nothing behind", async () => {
  const stage: Stage = new Stage({}, {
    emit: (body, taskId) => {
      if (body.type === "task.question") stage.supervisor.questions.refuse(taskId ?? "");
    },
  });
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  assert.match(JSON.stringify(await ask(stage.puppets.of("one"), "which port?")), /Nobody can answer/);
  assert.deepEqual([(await stage.check(id)).status, stage.supervisor.mail.hasNews(null)], ["running", false]);
});

Deno.test("a question of a child that is being stopped is no longer open", async () => {
  const { stage, id, puppet, answer } = await asking();
  await using _ = stage;
  const cancelled = stage.call("cancel_task", { task_id: id }, USER);
  assert.deepEqual(stage.supervisor.questions.openAmong([id]), []);
  assert.equal(stage.supervisor.mail.hasNews(null), false);
  await assert.rejects(stage.call("steer_task", { task_id: id, message: "8080" }), { code: "not_running" });
  puppet.obeyStop();
  assert.equal((await cancelled).status, "cancelled");
  assert.equal(await Promise.race([answer, Promise.resolve("nothing")]), "nothing");
});

Deno.test("a question that comes when the time is up is not put any more", async () => {
  await using stage = new Stage();
  const { task_id } = await stage.call("delegate_task_async", { goal: "one", timeout_s: 10 });
  await stage.started();
  await stage.ground.clock.advance(8_000);
  const puppet = stage.puppets.of("one");
  assert.ok(puppet.heard("handover"));
  const late = ask(puppet, "which port?");
  await assert.rejects(late, (refused: { kind: string }) => refused.kind === "aborted");
  assert.deepEqual([(await stage.check(task_id)).status, stage.supervisor.mail.hasNews(null)], [
    "stopping",
    false,
  ]);
});

Deno.test("a question that the child takes back leaves it running", async () => {
  const { stage, id, puppet } = await asking();
  await using _ = stage;
  puppet.abortLastCall();
  await settled();
  assert.deepEqual([(await stage.check(id)).status, stage.supervisor.mail.hasNews(null)], ["running", false]);
});

Deno.test("any own child's question ends a collect, and the reply holds it", async () => {
  await using stage = new Stage();
  const [first = "", second = ""] = await stage.spawn("one", "two");
  const collected = stage.call("collect_task", { task_id: first });
  await settled();
  void ask(stage.puppets.of("two"), "which port?");
  const one = await collected;
  assert.deepEqual([one.interrupted_by, one.timed_out, one.status], ["question", false, "running"]);
  assert.deepEqual(one.questions, [{ task_id: second, question: "which port?" }]);
  const both = await stage.call("collect_task", { task_ids: [first, second] });
  assert.deepEqual([both.interrupted_by, both.pending, both.questions], [
    "question",
    [first, second],
    one.questions,
  ]);
});

Deno.test("a child that ends without answering its own child leaves nobody to answer", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  await stage.spawn("parent");
  const parent = stage.puppets.of("parent");
  await parent.tool("delegate_task_async", { goal: "below" });
  await stage.started();
  const answer = ask(stage.puppets.of("below"), "which port?");
  await settled();
  const [told = ""] = await parent.turn(2);
  assert.match(told, /which port\?/);
  const closing = parent.finish("done", 2);
  assert.match(JSON.stringify(await answer), /Nobody can answer/);
  await stage.puppets.of("below").finish("I took 8080");
  const { accepted, ...rest } = await closing as { accepted: boolean; messages?: string[] };
  assert.equal(accepted, false);
  assert.match(rest.messages?.[0] ?? "", /I took 8080/);
  assert.deepEqual(await parent.finish("done", 3), { accepted: true });
});

Deno.test("a question reaches the owner only", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("parent");
  await stage.puppets.of("parent").tool("delegate_task_async", { goal: "below" });
  await stage.started();
  void ask(stage.puppets.of("below"), "which port?");
  await settled();
  assert.equal(stage.supervisor.mail.hasNews(null), false);
  const looked = await stage.call("collect_task", { task_id: id, timeout_s: 0 }, AGENT);
  assert.deepEqual([looked.timed_out, looked.interrupted_by], [true, undefined]);
});
