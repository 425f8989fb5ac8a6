import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SUMMARY_HEAD, SUMMARY_REQUEST } from "../../lib/protocol/summary_texts.ts";
import { finish } from "../support/delegation_script.ts";
import {
  callTools,
  type Handler,
  type RecordedRequest,
  say,
  silence,
  status,
} from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";
import { isChild } from "../support/wire_reading.ts";

const CHAT = { maxTurns: 20, noticesBetweenTurns: true };
const TOO_LONG = status(400, { error: { code: "context_length_exceeded", message: "too long" } });

function asksSummary({ body }: RecordedRequest): boolean {
  return body.messages.at(-1)?.content === SUMMARY_REQUEST;
}

/** Four turns with long results, then a refusal of what is not shorter, then a last word. A summary is given when asked. */
function fourTurns(last: () => ReturnType<typeof say>): Handler {
  let turns = 0;
  return (request) => {
    if (asksSummary(request)) return say("the summary so far");
    if (turns < 4) {
      const command = `seq ${++turns} 1500`;
      return callTools([{ name: "terminal", args: { command } }], { text: `step ${turns} `.repeat(60) });
    }
    return request.raw.includes(JSON.stringify(SUMMARY_HEAD).slice(1, 40)) ? last() : TOO_LONG;
  };
}

Deno.test("a child whose conversation is too long for its server goes on with a shorter one", async () => {
  const answer = fourTurns(() => finish("all done"));
  await using test = await TestSession.open({ child: answer, parent: answer });
  const [taskId = ""] = await test.spawn("the goal of it all");
  await test.waitForEvents("task.ended");
  const [ended] = test.eventsOf("task.ended");
  assert.equal(ended?.task.status, "completed");
  const [event, ...more] = test.eventsOf("context.compacted");
  assert.deepEqual(more, []);
  assert.deepEqual([event?.task_id, event?.why, event?.dropped, event?.summarised], [
    taskId,
    "refused",
    2,
    true,
  ]);
  assert.ok(event !== undefined && event.tokens_after < event.tokens_before);
  const last = test.server.requests.findLast(isChild);
  const [, summary, goal] = last?.body.messages ?? [];
  assert.equal(summary?.content, `${SUMMARY_HEAD}the summary so far`);
  assert.match(goal?.content ?? "", /<goal>\nthe goal of it all\n<\/goal>$/);
});

Deno.test("the session's own agent whose conversation is too long for its server goes on with a shorter one", async () => {
  await using test = await TestSession.open({
    parent: fourTurns(() => say("all done")),
    child: () => silence(),
  });
  const agent = await test.session.createAgent(CHAT);
  assert.deepEqual(await agent.answer("the question"), { type: "final", text: "all done" });
  const [event, ...more] = test.eventsOf("context.compacted");
  assert.deepEqual([event?.task_id, event?.why, event?.summarised, more], [undefined, "refused", true, []]);
  assert.equal(test.server.requests.at(-1)?.body.messages[2]?.content, "the question");
});

Deno.test("the window of config.yaml holds for a child", async () => {
  const requests: number[] = [];
  await using test = await TestSession.open({
    child: (request) => {
      requests.push(request.raw.length);
      if (requests.length > 8) return finish("all done");
      return callTools([{ name: "terminal", args: { command: `seq ${requests.length} 1500` } }], {
        usage: null,
      });
    },
  }, { models: { m1: { context_window: 12_000 } } });
  await test.spawn("the goal");
  await test.waitForEvents("task.ended");
  assert.equal(test.eventsOf("task.ended")[0]?.task.status, "completed");
  assert.ok(test.eventsOf("context.compacted").length > 0);
  assert.ok(Math.max(...requests) < 3 * 12_000, `${requests}`);
});

Deno.test("a huge result of a tool is cut for the model, and kept whole to the byte for child and parent", async () => {
  const text = Array.from({ length: 900 }, (_, line) => `line ${line} of é and 😀`).join("\n");
  const turns = (last: () => ReturnType<typeof say>): Handler => {
    let asked = 0;
    return () => asked++ === 0 ? callTools([{ name: "read_file", args: { path: "huge.txt" } }]) : last();
  };
  await using test = await TestSession.open({
    parent: turns(() => say("read")),
    child: turns(() => finish("read")),
  }, { terminal: { output_chars: 2_000 } });
  writeFileSync(join(test.dir, "huge.txt"), text);
  const [taskId = ""] = await test.spawn("read it");
  await test.waitForEvents("task.ended");
  await (await test.session.createAgent(CHAT)).answer("read it too");
  const whole = text.split("\n").map((line, index) => `${index + 1}\t${line}`).join("\n");
  const dir = join(test.dir, "state", "spill", test.session.id);
  const files = readdirSync(dir).sort();
  assert.equal(files.length, 2);
  assert.ok(files.some((name) => name.startsWith(`${taskId}-read_file-`)), `${files}`);
  for (const name of files) assert.equal(readFileSync(join(dir, name), "utf8"), whole);
  const results = test.server.requests.flatMap(({ body }) =>
    body.messages.filter(({ role }) => role === "tool")
  );
  assert.equal(results.length, 2);
  for (const { content } of results) {
    const [, left, path] =
      /^1\tline 0[^]*\[… (\d+) characters left out; the whole is in (\S+) …\][^]*line 899[^]*$/
        .exec(content ?? "") ?? [];
    assert.ok(content !== undefined && content !== null && content.length <= 2_000);
    assert.ok(files.some((name) => join(dir, name) === path), path);
    assert.ok(Number(left) > whole.length - 2_000);
  }
});

Deno.test("compact() shortens the conversation of a chat and tells of it, and says when there is nothing to shorten", async () => {
  let answers = 0;
  await using test = await TestSession.open({
    parent: (request) => asksSummary(request) ? say("we talked") : say(`answer ${++answers} `.repeat(100)),
    child: () => silence(),
  });
  const agent = await test.session.createAgent(CHAT);
  assert.equal(await agent.compact(), null);
  for (const message of ["one", "two", "three", "four"]) await agent.answer(message);
  const compacted = await agent.compact();
  assert.deepEqual([compacted?.why, compacted?.dropped, compacted?.summarised], ["asked", 0, true]);
  assert.deepEqual(test.eventsOf("context.compacted").map(({ tokens_after }) => tokens_after), [
    compacted?.tokensAfter,
  ]);
  await agent.answer("five");
  const sent = test.server.requests.at(-1)?.body.messages.slice(1).map(({ content }) => content?.slice(0, 8));
  assert.deepEqual(sent, [
    SUMMARY_HEAD.slice(0, 8),
    ...["one", "two", "three", "answer 3", "four", "answer 4", "five"],
  ]);
});

Deno.test("compact() that is stopped rejects and leaves the conversation as it was", async () => {
  await using test = await TestSession.open({
    parent: (request) => asksSummary(request) ? silence() : say("a long answer ".repeat(100)),
    child: () => silence(),
  });
  const agent = await test.session.createAgent(CHAT);
  for (const message of ["one", "two", "three"]) await agent.answer(message);
  const compacting = agent.compact();
  await test.server.waitForRequest(asksSummary);
  assert.deepEqual([agent.isCompacting, agent.isBusy], [true, false]);
  agent.stop();
  await assert.rejects(compacting, { code: "aborted" });
  assert.equal(agent.isCompacting, false);
  await agent.answer("four");
  assert.equal(test.server.requests.at(-1)?.body.messages.length, 8);
});
