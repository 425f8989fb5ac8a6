import assert from "node:assert/strict";
import { AgentUnderTest, echo, hang } from "../support/agent_loop.ts";
import {
  callTools,
  chunk,
  hold,
  inOrder,
  openStream,
  raw,
  say,
  sse,
  status,
} from "../support/scripted_server.ts";

const work = (n: number) => callTools([{ name: "work", args: { n } }]);

Deno.test("runLoop() keeps the last of its turns for a hand-over that calls no tool", async () => {
  await using agent = await AgentUnderTest.start(inOrder(work(1), work(2), say("two of three are done")));
  assert.deepEqual(await agent.run({ runTool: echo, maxTurns: 3 }), {
    type: "handover",
    reason: "max_turns",
    text: "two of three are done",
  });
  assert.deepEqual(agent.offeredTools, [true, true, false]);
  assert.match(agent.said(2).at(-1) ?? "", /^user: You have used all your turns but this one/);
});

Deno.test("runLoop() takes the summary of a finish that came where no call was allowed", async () => {
  const finish = callTools([{ name: "finish", args: { summary: "as far as it went" } }]);
  await using agent = await AgentUnderTest.start(inOrder(work(1), finish));
  const end = await agent.run({ runTool: echo, maxTurns: 2, tools: ["work", "finish"] });
  assert.deepEqual(end, { type: "handover", reason: "max_turns", text: "as far as it went" });
  assert.deepEqual(agent.conversation.messages.at(-1), {
    role: "assistant",
    content: "as far as it went",
    toolCalls: [],
  });
});

Deno.test("runLoop() with a single turn uses it for the work", async () => {
  await using agent = await AgentUnderTest.start(inOrder(say("done at once")));
  assert.deepEqual(await agent.run({ maxTurns: 1 }), { type: "final", text: "done at once" });
  assert.deepEqual(agent.offeredTools, [true]);
});

Deno.test("runLoop() with a single turn hands over what it said, once that turn asked for tools", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    callTools([{ name: "work", args: {} }], { text: "I began" }),
  ));
  const end = await agent.run({ runTool: echo, maxTurns: 1 });
  assert.deepEqual(end, { type: "handover", reason: "max_turns", text: "I began" });
  assert.equal(agent.server.requests.length, 1);
});

Deno.test("runLoop() refused at its only turn hands over what it said", async () => {
  await using agent = await AgentUnderTest.start(inOrder(say("done")));
  agent.inbox.refusals.push({ accepted: false, toolResult: "", messages: ["more"] });
  const end = await agent.run({ maxTurns: 1 });
  assert.deepEqual(end, { type: "handover", reason: "max_turns", text: "done" });
  assert.equal(agent.server.requests.length, 1);
});

for (const reason of ["timeout", "budget"] as const) {
  Deno.test(`askHandover("${reason}") cuts a request short and keeps what was said until then`, async () => {
    await using agent = await AgentUnderTest.start(inOrder(endless("so far "), say("the hand-over")));
    const end = await agent.run({
      onEvent: (event) => event.type === "text" && agent.control.askHandover(reason),
    });
    assert.deepEqual(end, { type: "handover", reason, text: "the hand-over" });
    assert.deepEqual(agent.offeredTools, [true, false]);
    assert.equal(agent.server.requests[0]?.aborted, true);
    assert.equal(agent.said(1)[1], "assistant: so far ");
  });

  Deno.test(`askHandover("${reason}") cuts tools short and answers each of their calls`, async () => {
    await using agent = await AgentUnderTest.start(inOrder(
      callTools([{ name: "echo", args: {} }, { name: "hang", args: {} }]),
      say("the hand-over"),
    ));
    const end = await agent.run({
      runTool: (call, signal) => (call.name === "echo" ? echo : hang)(call, signal),
      onEvent: (event) =>
        event.type === "tool_ended" && event.name === "echo" && agent.control.askHandover(reason),
    });
    assert.deepEqual(end, { type: "handover", reason, text: "the hand-over" });
    const [, , done, cut] = agent.said(1);
    assert.equal(done, "tool: {}");
    assert.match(cut ?? "", /"code":"cut_short"/);
  });
}

Deno.test("askHandover() keeps the first reason", async () => {
  await using agent = await AgentUnderTest.start(inOrder(endless("x"), say("over")));
  const end = await agent.run({
    onEvent(event) {
      if (event.type !== "text") return;
      agent.control.askHandover("timeout");
      agent.control.askHandover("budget");
    },
  });
  assert.deepEqual(end, { type: "handover", reason: "timeout", text: "over" });
});

for (const cut of ["askHandover", "interrupt"] as const) {
  Deno.test(`${cut}() does not cut the hand-over turn itself short`, async () => {
    const gate = Promise.withResolvers<void>();
    await using agent = await AgentUnderTest.start(inOrder(work(1), hold(gate.promise, say("all I know"))));
    const end = agent.run({ runTool: echo, maxTurns: 2 });
    await agent.server.waitForRequest((request) => request.index === 1);
    if (cut === "interrupt") agent.control.interrupt();
    else agent.control.askHandover("timeout");
    gate.resolve();
    assert.deepEqual(await end, { type: "handover", reason: "max_turns", text: "all I know" });
  });

  Deno.test(`${cut}() in the only turn asks for no second one`, async () => {
    const gate = Promise.withResolvers<void>();
    await using agent = await AgentUnderTest.start(inOrder(hold(gate.promise, say("done"))));
    const end = agent.run({ maxTurns: 1 });
    await agent.server.waitForRequest(() => true);
    if (cut === "interrupt") agent.control.interrupt();
    else agent.control.askHandover("timeout");
    gate.resolve();
    const expected = cut === "interrupt"
      ? { type: "final", text: "done" }
      : { type: "handover", reason: "timeout", text: "" };
    assert.deepEqual(await end, expected);
    assert.equal(agent.server.requests.length, 1);
  });
}

Deno.test("runLoop() hands over after five turns with the same calls and the same results", async () => {
  await using agent = await AgentUnderTest.start(({ index }) =>
    index < 5 ? work(7) : say("I turn in circles")
  );
  const end = await agent.run({ runTool: echo, maxTurns: 50 });
  assert.deepEqual(end, { type: "handover", reason: "loop", text: "I turn in circles" });
  assert.deepEqual(agent.offeredTools, [true, true, true, true, true, false]);
});

Deno.test("runLoop() lets the same call go on as long as its results differ", async () => {
  await using agent = await AgentUnderTest.start(({ index }) => index < 8 ? work(7) : say("done"));
  let count = 0;
  const runTool = () => Promise.resolve({ content: `${++count}`, errorCode: null });
  assert.deepEqual(await agent.run({ runTool }), { type: "final", text: "done" });
});

Deno.test("runLoop() hands over nothing where the hand-over has no words, and fails where it fails", async () => {
  await using silent = await AgentUnderTest.start(inOrder(work(1), say("", { chunks: 1 })));
  const empty = await silent.run({ runTool: echo, maxTurns: 2 });
  assert.deepEqual(empty, { type: "handover", reason: "max_turns", text: "" });
  await using broken = await AgentUnderTest.start(inOrder(work(1), status(500)));
  const end = await broken.run({ runTool: echo, maxTurns: 2 });
  assert.equal(end.type === "failed" && end.reason, "provider_error");
});

/** A text that begins and never ends. */
function endless(begin: string) {
  return raw((response) => {
    openStream(response);
    response.write(sse(chunk({ role: "assistant", content: begin })));
  });
}
