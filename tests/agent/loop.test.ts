import assert from "node:assert/strict";
import type { ToolRunner } from "../../lib/agent/run_tools.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { dispatch } from "../../lib/tools/dispatch.ts";
import { Toolbox } from "../../lib/tools/toolbox.ts";
import { AgentUnderTest, echo } from "../support/agent_loop.ts";
import { callTools, inOrder, say, status } from "../support/scripted_server.ts";
import { lastResults } from "../support/wire_reading.ts";
import { workplace } from "../tools/fixture.ts";

const work = (...args: unknown[]) => args.map((each) => ({ name: "work", args: each }));

Deno.test("runLoop() runs the calls of a turn at once and answers them in their order", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    callTools(work({ n: 1 }, { n: 2 }, { n: 3 }), { text: "three at once" }),
    say("done"),
  ));
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const started: string[] = [];
  const runTool: ToolRunner = async (call) => {
    const { n } = JSON.parse(call.arguments);
    started.push(call.arguments);
    if (started.length === 3) gates[2]?.resolve(); // the last one ends first, and lets the one before it end
    await gates[n - 1]?.promise;
    gates[n - 2]?.resolve();
    return { content: `result ${n}`, errorCode: null };
  };
  assert.deepEqual(await agent.run({ runTool }), { type: "final", text: "done" });
  assert.deepEqual(agent.said(1), [
    ...["user: begin", "assistant: three at once+3 calls"],
    ...["tool: result 1", "tool: result 2", "tool: result 3"],
  ]);
  assert.deepEqual(
    agent.events.flatMap((event) => event.type === "tool_started" ? [event.about] : []),
    ['{"n":1}', '{"n":2}', '{"n":3}'],
  );
});

Deno.test("runLoop() tells of turns, text, tools and usage in the order in which they happen", async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3 };
  await using agent = await AgentUnderTest.start(inOrder(
    callTools(work({ a: 1 }), { usage }),
    say("done", { chunks: 1, usage: null }),
  ));
  const runTool: ToolRunner = () => Promise.resolve({ content: "no", errorCode: "denied" });
  await agent.run({ runTool });
  const events = agent.events.map((event) =>
    event.type === "tool_ended" ? { ...event, durationMs: 0 } : event
  );
  const callId = "call_0_0";
  const by = { provider: "test", model: "m1", reasoningEffort: null };
  assert.deepEqual(events, [
    { type: "turn_started", turn: 1 },
    { type: "reply_ended", turn: 1, by },
    { type: "tool_started", callId, name: "work", about: '{"a":1}' },
    { type: "tool_ended", callId, name: "work", errorCode: "denied", durationMs: 0 },
    { type: "turn_ended", turn: 1, usage: { input: 7, cached: 0, output: 3, reasoning: 0 }, by },
    { type: "turn_started", turn: 2 },
    { type: "text", delta: "done" },
    { type: "reply_ended", turn: 2, by },
    { type: "turn_ended", turn: 2, usage: null, by },
  ]);
});

Deno.test("runLoop() lets the model mend arguments that are no JSON", async () => {
  using place = workplace();
  place.file("a.txt", "alpha\n");
  await using agent = await AgentUnderTest.start(inOrder(
    callTools([{ name: "read_file", args: '{"path": "a.t' }]),
    callTools([{ name: "read_file", args: { path: "a.txt" } }]),
    say("alpha"),
  ));
  const toolbox = new Toolbox(["read_file"]);
  const runTool: ToolRunner = (call, signal) => dispatch(call, toolbox, { ...place.context, signal });
  assert.deepEqual(await agent.run({ runTool }), { type: "final", text: "alpha" });
  const [, second, third] = agent.server.requests;
  assert.ok(second !== undefined && third !== undefined);
  assert.equal(lastResults(second)[0].error.code, "invalid_arguments");
  assert.match(third.body.messages.at(-1)?.content ?? "", /alpha/);
});

Deno.test("runLoop() puts what it hears between two turns, never between a call and its result", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    callTools(work({ n: 1 }, { n: 2 })),
    say("done"),
  ));
  const runTool: ToolRunner = (call) => {
    agent.inbox.waiting.push(`heard during ${call.arguments}`);
    return Promise.resolve({ content: "ok", errorCode: null });
  };
  await agent.run({ runTool });
  assert.deepEqual(agent.said(1), [
    ...["user: begin", "assistant: +2 calls", "tool: ok", "tool: ok"],
    ...['user: heard during {"n":1}', 'user: heard during {"n":2}'],
  ]);
  assert.deepEqual(agent.inbox.pulledAt, [1, 2]);
});

Deno.test("runLoop() goes on when its last word is refused, with what was said to it", async () => {
  await using agent = await AgentUnderTest.start(inOrder(say("first try"), say("second try")));
  agent.inbox.refusals.push({ accepted: false, toolResult: "", messages: ["one thing more"] });
  assert.deepEqual(await agent.run(), { type: "final", text: "second try" });
  assert.deepEqual(agent.said(1), ["user: begin", "assistant: first try", "user: one thing more"]);
  assert.deepEqual(agent.inbox.offers, [
    { text: "first try", finishArguments: null, turn: 1 },
    { text: "second try", finishArguments: null, turn: 2 },
  ]);
});

Deno.test("runLoop() answers a refused finish as a call, beside the calls that came with it", async () => {
  const finish = { name: "finish", args: { summary: "all" } };
  await using agent = await AgentUnderTest.start(inOrder(
    callTools([...work({ n: 1 }), finish, ...work({ n: 2 })]),
    callTools([finish], { text: "the end" }),
  ));
  agent.inbox.refusals.push({ accepted: false, toolResult: "not yet", messages: ["read this"] });
  assert.deepEqual(await agent.run({ runTool: echo }), { type: "final", text: "the end" });
  assert.deepEqual(agent.said(1), [
    ...["user: begin", "assistant: +3 calls"],
    ...['tool: {"n":1}', "tool: not yet", 'tool: {"n":2}', "user: read this"],
  ]);
  assert.deepEqual(agent.inbox.offers[0], { text: "", finishArguments: '{"summary":"all"}', turn: 1 });
  assert.equal(agent.events.filter((event) => event.type === "tool_started").length, 2);
});

Deno.test("runLoop() takes finish for a call like any other from an agent that does not have it", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    callTools([{ name: "finish", args: { summary: "all" } }]),
    say("the end"),
  ));
  const runTool = () => Promise.resolve({ content: "no such tool", errorCode: "denied" });
  assert.deepEqual(await agent.run({ runTool, tools: ["work"] }), { type: "final", text: "the end" });
  assert.deepEqual(agent.said(1), ["user: begin", "assistant: +1 calls", "tool: no such tool"]);
});

for (const [finish, reason] of [["length", "max_output"], ["content_filter", "content_filter"]] as const) {
  Deno.test(`runLoop() never takes an answer that ended by ${finish} for a whole one`, async () => {
    await using agent = await AgentUnderTest.start(inOrder(
      callTools([{ name: "finish", args: { summary: "half" } }], { text: "half", finish }),
    ));
    const end = await agent.run();
    assert.deepEqual([end.type, end.type === "failed" && end.reason], ["failed", reason]);
    assert.deepEqual(agent.inbox.offers, []);
  });
}

Deno.test("runLoop() goes on after a pause with what was said before it", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    say("first part", { finish: "pause_turn" }),
    say("second part"),
  ));
  assert.deepEqual(await agent.run(), { type: "final", text: "second part" });
  assert.deepEqual(agent.said(1), ["user: begin", "assistant: first part", "user: Go on."]);
});

const FAILURES: readonly [number, object | string, string, string][] = [
  [
    400,
    { error: { code: "context_length_exceeded", message: "too long" } },
    "context_length",
    "context_length",
  ],
  [400, { error: { message: "bad field" } }, "provider_error", "bad_request"],
  [401, { error: { message: "bad key" } }, "provider_error", "auth"],
  [429, { error: { message: "slow down" } }, "rate_limited", "rate_limited"],
  [500, "down", "provider_error", "server"],
];

for (const [code, body, reason, errorCode] of FAILURES) {
  Deno.test(`runLoop() ends as ${reason} when the server answers ${code} (${errorCode})`, async () => {
    await using agent = await AgentUnderTest.start(inOrder(status(code, body)));
    const end = await agent.run();
    assert.ok(end.type === "failed", JSON.stringify(end));
    assert.deepEqual([end.reason, end.error.code], [reason, errorCode]);
  });
}

Deno.test("runLoop() ends as internal, not for its budget, when a cap cannot be looked up", async () => {
  await using agent = await AgentUnderTest.start(inOrder());
  const refuse = () => Promise.reject(new ProviderError("store", "the disk is full", { retryable: true }));
  const end = await agent.run({ broker: { acquire: refuse, release() {} } });
  const error = { code: "store", message: "the disk is full", retryable: true };
  assert.deepEqual(end, { type: "failed", reason: "internal", error });
});

Deno.test("runLoop() ends as internal for a bug of ours in a tool, with every call answered", async () => {
  await using agent = await AgentUnderTest.start(inOrder(callTools(work({ n: 1 }, { n: 2 })), say("again")));
  const end = await agent.run({ runTool: () => Promise.reject(new TypeError("a bug")) });
  assert.deepEqual(end, {
    type: "failed",
    reason: "internal",
    error: { code: "internal", message: "a bug" },
  });
  agent.conversation.addUser("go on");
  assert.deepEqual(await agent.run(), { type: "final", text: "again" });
});
