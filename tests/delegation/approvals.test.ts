import assert from "node:assert/strict";
import { agentApproval } from "../../lib/delegation/askers.ts";
import type { Ground } from "../../lib/delegation/ground.ts";
import { STOPS } from "../../lib/tools/approval/risk.ts";
import type { ShellResult } from "../../lib/tools/tool.ts";
import { settled } from "../support/fake_clock.ts";
import type { Puppet } from "../support/puppet_child.ts";
import { AGENT, Stage, USER } from "../support/test_ground.ts";

const RAN: ShellResult = {
  exitCode: 0,
  killedBy: null,
  signal: null,
  output: "",
  outputBytes: 0,
  truncated: false,
  path: null,
  leftOut: 0,
  durationMs: 1,
};
const ONCE = { scope: "once" } as const;

/** A stage where commands that begin with "rm" delete and those with "dd" overwrite; `ran` has those that were run. */
function guarded(config: Record<string, unknown> = {}, more: Partial<Ground> = {}) {
  const ran: string[] = [];
  const stage = new Stage(config, {
    judge: (action) => {
      const words = action.type === "command" ? action.command : action.path;
      return Promise.resolve(
        words.startsWith("rm") ? ["deletes"] : words.startsWith("dd") ? ["overwrites"] : [],
      );
    },
    shellFor: () => ({
      run: ({ command }) => {
        ran.push(command);
        return Promise.resolve(RAN);
      },
    }),
    ...more,
  });
  return { stage, ran };
}

function shell(puppet: Puppet, command: string): Promise<unknown> {
  const asked = puppet.call("shell", { command, cwd: "/", timeoutMs: 0 });
  return asked.then(() => "ran", ({ code }) => code);
}

/** The events about approvals, as type and what they say. */
function told(stage: Stage): unknown[] {
  return stage.ground.emitted.flatMap((event) => {
    if (event.type === "approval.requested") return [["requested", event.what, event.why]];
    return event.type === "approval.answered" ? [["answered", event.allowed, event.scope, event.by]] : [];
  });
}

Deno.test("a command that asks waits without its slot, shows in the record and runs when it is allowed", async () => {
  const { stage, ran } = guarded({ delegation: { max_concurrent_children: 1 } });
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  const asked = shell(stage.puppets.of("one"), "rm x");
  await settled();
  const waiting = await stage.check(id);
  assert.deepEqual([waiting.status, waiting.waiting_for, waiting.question], [
    "needs_input",
    "approval",
    "Allow run: rm x (it deletes)?",
  ]);
  assert.equal(stage.supervisor.slots.view.running, 0);
  assert.deepEqual(ran, []);
  stage.supervisor.approvals.answer(id, { allow: true, ...ONCE });
  assert.equal((await stage.check(id)).status, "running");
  assert.equal(await asked, "ran");
  assert.deepEqual(ran, ["rm x"]);
  assert.deepEqual(told(stage), [["requested", "run: rm x", "deletes"], ["answered", true, "once", "user"]]);
});

Deno.test("what is denied does not run, stands in the evidence, and is not asked again in the same words", async () => {
  const { stage, ran } = guarded();
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  const asked = shell(puppet, "rm x");
  await settled();
  stage.supervisor.approvals.answer(id, { allow: false, ...ONCE });
  assert.equal(await asked, "denied");
  assert.equal(await shell(puppet, "rm x"), "denied");
  assert.deepEqual(ran, []);
  const { evidence } = await stage.call("collect_task", { task_id: id, timeout_s: 0 }, USER);
  assert.deepEqual(evidence.denied.map(({ what }: { what: string }) => what), ["rm x", "rm x"]);
  const other = shell(puppet, "rm y");
  await settled();
  assert.equal(stage.supervisor.approvals.open.length, 1, "another action is another question");
  stage.supervisor.approvals.answer(id, { allow: true, ...ONCE });
  assert.equal(await other, "ran");
});

Deno.test("an answer for a task holds for its like there, one for the session everywhere", async () => {
  const { stage } = guarded();
  await using _ = stage;
  const [one = "", two = ""] = await stage.spawn("one", "two");
  const { approvals } = stage.supervisor;
  const [first, second] = [stage.puppets.of("one"), stage.puppets.of("two")];
  const asked = shell(first, "rm a");
  await settled();
  approvals.answer(one, { allow: true, scope: "task" });
  assert.equal(await asked, "ran");
  assert.equal(await shell(first, "rm b"), "ran");
  const elsewhere = shell(second, "rm c");
  await settled();
  approvals.answer(two, { allow: false, scope: "session" });
  assert.equal(await elsewhere, "denied");
  assert.equal(await shell(second, "rm d"), "denied");
  assert.equal(await shell(first, "rm e"), "ran", "what was said of the task goes before");
  const otherRisk = shell(first, "dd x");
  await settled();
  assert.deepEqual(approvals.open.map(({ risks }) => risks), [["overwrites"]]);
  approvals.answer(one, { allow: true, ...ONCE });
  assert.equal(await otherRisk, "ran");
});

Deno.test("nobody who answers in time is a no", async () => {
  const { stage, ran } = guarded({ approvals: { timeout: 300 } });
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  const asked = shell(stage.puppets.of("one"), "rm x");
  await settled();
  await stage.ground.clock.advance(299_000);
  assert.equal((await stage.check(id)).status, "needs_input");
  await stage.ground.clock.advance(1_000);
  assert.equal(await asked, "denied");
  assert.deepEqual([(await stage.check(id)).status, ran], ["running", []]);
  assert.deepEqual(told(stage).at(-1), ["answered", false, "once", "timeout"]);
});

for (
  const [name, config, close] of [
    ["approvals.children is deny", { approvals: { children: "deny" } }, false],
    ["nobody is there", {}, true],
  ] as const
) {
  Deno.test(`where ${name} a child is denied at once and never waits`, async () => {
    const { stage, ran } = guarded(config);
    await using _ = stage;
    await stage.spawn("one");
    if (close) stage.supervisor.approvals.close("all");
    assert.equal(await shell(stage.puppets.of("one"), "rm x"), "denied");
    assert.deepEqual(ran, []);
    assert.deepEqual(told(stage), [["requested", "run: rm x", "deletes"], [
      "answered",
      false,
      "once",
      "nobody",
    ]]);
  });
}

Deno.test("approvals.close() denies what waits, and of the agent's alone when only that is not heard", async () => {
  const { stage } = guarded();
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  const child = shell(stage.puppets.of("one"), "rm x");
  const { signal } = new AbortController();
  const agent = agentApproval(stage.supervisor)({ type: "command", command: "rm y", cwd: "/" }, signal)
    .then(() => "ran", ({ code }) => code);
  await settled();
  stage.supervisor.approvals.close("agent");
  assert.equal(await agent, "denied");
  assert.equal((await stage.check(id)).status, "needs_input");
  stage.supervisor.approvals.close("all");
  assert.equal(await child, "denied");
});

Deno.test("a question and an approval of one child come one after the other, and a steer answers no approval", async () => {
  const { stage, ran } = guarded();
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  const approval = shell(puppet, "rm x");
  await settled();
  const answer = puppet.tool("ask_parent", { question: "which?" });
  await settled();
  const { steer_id } = await stage.call("steer_task", { task_id: id, message: "yes" });
  assert.deepEqual([(await stage.check(id)).waiting_for, ran], ["approval", []]);
  assert.equal(stage.supervisor.mail.hasNews(null), false, "no agent is asked for an approval");
  stage.supervisor.approvals.answer(id, { allow: true, ...ONCE });
  assert.equal(await approval, "ran");
  await settled();
  assert.equal((await stage.check(id)).question, "which?");
  await stage.call("steer_task", { task_id: id, message: "that" });
  assert.deepEqual(await answer, { answer: "that" });
  assert.equal(steer_id, "steer_1");
});

Deno.test("a task that is cancelled while it waits for approval runs nothing and leaves nothing open", async () => {
  const { stage, ran } = guarded();
  await using _ = stage;
  const [id = ""] = await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  void shell(puppet, "rm x");
  await settled();
  const cancelled = stage.call("cancel_task", { task_id: id });
  await settled();
  puppet.obeyStop();
  assert.equal((await cancelled).status, "cancelled");
  assert.deepEqual([ran, stage.supervisor.approvals.open], [[], []]);
  assert.deepEqual(told(stage).at(-1), ["answered", false, "once", "stopped"]);
  assert.throws(() => stage.supervisor.approvals.answer(id, { allow: true, ...ONCE }), {
    code: "not_running",
  });
});

Deno.test("with yolo nothing asks: in the session, in a task of such a command, and what waits goes on", async () => {
  const { stage, ran } = guarded();
  await using _ = stage;
  const place = { ...stage.ground, command: { id: "c1", caps: { usd: null, tokens: null, requests: null } } };
  const caller = { ...AGENT, by: "user", place: { ...place, isYolo: true } } as const;
  const [bold] = stage.supervisor.spawn([{ goal: "bold" }], caller);
  await stage.spawn("meek");
  assert.equal(bold?.spec.isYolo, true);
  assert.equal(await shell(stage.puppets.of("bold"), "rm a"), "ran");
  const asked = shell(stage.puppets.of("meek"), "rm b");
  await settled();
  assert.deepEqual(ran, ["rm a"]);
  stage.supervisor.approvals.isYolo = true;
  assert.equal(await asked, "ran");
  assert.equal(await shell(stage.puppets.of("meek"), "rm c"), "ran");
  stage.supervisor.approvals.isYolo = false;
  const again = shell(stage.puppets.of("bold"), "rm d");
  await settled();
  assert.equal(stage.supervisor.approvals.open.length, 1, "switched off by hand it is off for all");
  stage.supervisor.approvals.close("all");
  assert.equal(await again, "denied");
});

Deno.test("what waits in turn or elsewhere is answered by what was said of its like, or of all", async () => {
  const { stage, ran } = guarded();
  await using _ = stage;
  const [one = "", two = ""] = await stage.spawn("one", "two");
  const { approvals } = stage.supervisor;
  const puppet = stage.puppets.of("one");
  const asked = [shell(puppet, "rm a"), shell(puppet, "rm b"), shell(stage.puppets.of("two"), "rm c")];
  await settled();
  assert.deepEqual(approvals.open.map(({ taskId, what }) => [taskId, what]), [[one, "run: rm a"], [
    two,
    "run: rm c",
  ]]);
  approvals.answer(one, { allow: true, scope: "session" });
  assert.deepEqual(await Promise.all(asked), ["ran", "ran", "ran"]);
  assert.deepEqual(approvals.open, []);
  const later = [shell(puppet, "dd a"), shell(puppet, "dd b")];
  await settled();
  approvals.close("all");
  assert.deepEqual(
    await Promise.all(later),
    ["denied", "denied"],
    "the one in turn does not wait for anybody",
  );
  assert.equal(ran.length, 3);
});

Deno.test("what waits in turn goes on when asking is switched off", async () => {
  const { stage } = guarded();
  await using _ = stage;
  await stage.spawn("one");
  const puppet = stage.puppets.of("one");
  const asked = [shell(puppet, "rm a"), shell(puppet, "rm b")];
  await settled();
  stage.supervisor.approvals.isYolo = true;
  assert.deepEqual(await Promise.all(asked), ["ran", "ran"]);
});

Deno.test("what asks is told with everything that a screen would hide written out", async () => {
  const { stage } = guarded();
  await using _ = stage;
  await stage.spawn("one");
  void shell(stage.puppets.of("one"), "rm x\u001b]0;\nrm y\u0007 \u001bPz\u001b\\ \u202ew\u200b");
  await settled();
  assert.deepEqual(stage.supervisor.approvals.open.map(({ what }) => what), [
    "run: rm x\\x1b]0;\nrm y\\x07 \\x1bPz\\x1b\\ \\u202ew\\u200b",
  ]);
});

Deno.test("what is never allowed is refused at once, whoever would allow it", async () => {
  for (const isYolo of [false, true]) {
    const { stage, ran } = guarded({}, { isYolo, judge: () => Promise.resolve(["deletes", STOPS]) });
    await using _ = stage;
    await stage.spawn("one");
    const asked = stage.puppets.of("one").call("shell", { command: "halt", cwd: "/", timeoutMs: 0 });
    await assert.rejects(asked, {
      code: "denied",
      message: "Cannot run halt: it stops the machine, and no agent may, whoever allows it",
    });
    assert.deepEqual([ran, told(stage)], [[], []]);
  }
});
