import assert from "node:assert/strict";
import { LoopControl } from "../../lib/agent/loop_control.ts";
import type { ToolRunner } from "../../lib/agent/run_tools.ts";
import type { AgentEvent, CompactedEvent } from "../../lib/protocol/agent_events.ts";
import type { ConversationUpdate, Message } from "../../lib/protocol/conversation.ts";
import { SUMMARY_HEAD, SUMMARY_REQUEST } from "../../lib/protocol/summary_texts.ts";
import { AgentUnderTest } from "../support/agent_loop.ts";
import { mayCall } from "../support/wire_reading.ts";
import {
  callTools,
  type ChatBody,
  type Handler,
  type RecordedRequest,
  type Reply,
  say,
  silence,
  status,
} from "../support/scripted_server.ts";

const TOO_LONG = status(400, { error: { code: "context_length_exceeded", message: "too long" } });
const NO_USAGE = { usage: null };

function asksSummary({ messages }: ChatBody): boolean {
  return messages.at(-1)?.content === SUMMARY_REQUEST;
}

/** Requests of the loop are answered by `work`, with the number of those before it; summaries by `summary`. */
function script(
  work: (done: number, request: RecordedRequest) => Reply,
  summary: () => Reply = () => say("the summary", NO_USAGE),
): Handler {
  let done = 0;
  return (request) => asksSummary(request.body) ? summary() : work(done++, request);
}

/** So many turns with one call each, then a last word. */
function turns(count: number): (done: number) => Reply {
  return (done) =>
    done < count
      ? callTools([{ name: "work", args: { n: done } }], { text: `turn ${done} `.repeat(30), ...NO_USAGE })
      : say("done", NO_USAGE);
}

const results = (chars: number): ToolRunner => () =>
  Promise.resolve({ content: "r".repeat(chars), errorCode: null });

function compacted(events: readonly AgentEvent[]): CompactedEvent[] {
  return events.filter((event) => event.type === "compacted");
}

function replay(updates: readonly ConversationUpdate[]): readonly Message[] {
  return updates.reduce<readonly Message[]>((stored, { from, messages }) => [
    ...stored.slice(0, from),
    ...messages,
  ], []);
}

Deno.test("runLoop() leaves out old results first, and asks for no summary when that is enough", async () => {
  await using agent = await AgentUnderTest.start(script(turns(6)));
  const end = await agent.run({ runTool: results(6_000), context: { window: 10_000 } });
  assert.deepEqual(end, { type: "final", text: "done" });
  assert.ok(!agent.server.requests.some(({ body }) => asksSummary(body)));
  const [first, ...others] = compacted(agent.events);
  assert.ok(first !== undefined);
  assert.deepEqual([first.why, first.summarised, first.dropped > 0], ["full", false, true]);
  assert.ok(first.tokensBefore > 8_000 && first.tokensAfter <= 5_000, JSON.stringify(first));
  assert.ok(others.length < 3, "it does not compact before every request");
  const kept = agent.conversation.messages.filter(({ role }) => role === "tool").map(({ content }) =>
    content.length
  );
  assert.deepEqual(kept.slice(-2), [6_000, 6_000]);
  assert.ok((kept[0] ?? 0) < 200);
  assert.deepEqual(replay(agent.inbox.updates), agent.conversation.messages);
});

Deno.test("runLoop() asks for a summary that calls no tool when results are not enough, and keeps the user's words", async () => {
  await using agent = await AgentUnderTest.start(script(turns(20)));
  agent.inbox.waiting.push("never touch the blue one");
  const end = await agent.run({ runTool: results(100), maxTurns: 30, context: { window: 4_000 } });
  assert.deepEqual(end, { type: "final", text: "done" });
  const summaries = agent.server.requests.filter(({ body }) => asksSummary(body));
  assert.ok(
    summaries.length > 0 && summaries.every(({ body }) => body.tools !== undefined && !mayCall(body)),
  );
  assert.equal(compacted(agent.events).filter(({ summarised }) => summarised).length, summaries.length);
  const [, summary, begin, blue] = agent.server.requests.at(-1)?.body.messages ?? [];
  assert.equal(summary?.content, `${SUMMARY_HEAD}the summary`);
  assert.deepEqual([begin?.content, blue?.content], ["begin", "never touch the blue one"]);
  assert.deepEqual(replay(agent.inbox.updates), agent.conversation.messages);
});

Deno.test("runLoop() believes the tokens that the server reports", async () => {
  const usage = { prompt_tokens: 900, completion_tokens: 1, total_tokens: 901 };
  const work = (done: number) =>
    done < 3 ? callTools([{ name: "work", args: { n: done } }], { usage }) : say("done");
  await using agent = await AgentUnderTest.start(script(work));
  await agent.run({ runTool: results(500), context: { window: 1_000 } });
  const [first] = compacted(agent.events);
  assert.ok(first !== undefined && first.tokensBefore > 900, JSON.stringify(first));
});

Deno.test("runLoop() shortens a conversation once that the server finds too long, and asks again", async () => {
  const work = (done: number, request: RecordedRequest) =>
    request.raw.length > 20_000 ? TOO_LONG : turns(6)(done);
  await using agent = await AgentUnderTest.start(script(work));
  const end = await agent.run({ runTool: results(6_000) });
  assert.deepEqual(end, { type: "final", text: "done" });
  const events = compacted(agent.events);
  assert.ok(events.length > 0 && events.every(({ why }) => why === "refused"));
  assert.ok(events.some(({ summarised }) => summarised));
});

Deno.test("runLoop() ends as context_length when the server finds the shortened conversation too long as well", async () => {
  const work = (done: number) => done < 5 ? turns(5)(done) : TOO_LONG;
  await using agent = await AgentUnderTest.start(script(work));
  const end = await agent.run({ runTool: results(6_000) });
  assert.equal(end.type === "failed" && end.reason, "context_length");
  assert.equal(compacted(agent.events).length, 1);
  assert.deepEqual(replay(agent.inbox.updates), agent.conversation.messages);
});

Deno.test("runLoop() shortens all that it can when the server finds even the request for a summary too long", async () => {
  let refused = 0;
  const answer = script(turns(5));
  await using agent = await AgentUnderTest.start((request) => {
    if (!asksSummary(request.body) || refused++ > 0) return answer(request);
    return TOO_LONG;
  });
  for (let n = 0; n < 3; n++) {
    agent.conversation.addAssistant({ role: "assistant", content: `step ${n} `.repeat(400), toolCalls: [] });
    agent.conversation.addUser(`message ${n}`);
  }
  assert.deepEqual(await agent.run({ runTool: results(10), context: { window: 2_000 } }), {
    type: "final",
    text: "done",
  });
  assert.ok(refused > 1);
  assert.equal(compacted(agent.events)[0]?.why, "refused");
});

Deno.test("runLoop() ends as context_length at once when there is nothing to shorten", async () => {
  await using agent = await AgentUnderTest.start(script(() => TOO_LONG));
  const end = await agent.run({ context: { window: 10 } });
  assert.equal(end.type === "failed" && end.reason, "context_length");
  assert.equal(agent.server.requests.length, 1);
});

Deno.test("runLoop() writes the hand-over of a long conversation without another request for a summary", async () => {
  await using agent = await AgentUnderTest.start(
    script((done) => done < 5 ? turns(5)(done) : say("the hand-over"), () => say("no!")),
  );
  const end = await agent.run({ runTool: results(6_000), maxTurns: 6, context: { window: 18_000 } });
  assert.deepEqual(end, { type: "handover", reason: "max_turns", text: "the hand-over" });
  assert.ok(!agent.server.requests.some(({ body }) => asksSummary(body)));
});

/** An agent whose next request needs a summary first, of which the server sends nothing. */
async function atSummary(summary: () => Reply) {
  const agent = await AgentUnderTest.start(script(turns(0), summary));
  for (let n = 0; n < 6; n++) {
    agent.conversation.addAssistant({ role: "assistant", content: `step ${n} `.repeat(100), toolCalls: [] });
    agent.conversation.addUser(`message ${n}`);
  }
  return agent;
}

Deno.test("runLoop() leaves the conversation as it was when it is stopped during the summary", async () => {
  await using agent = await atSummary(() => silence());
  const before = [...agent.conversation.messages];
  const end = agent.run({ context: { window: 1_000 } });
  await agent.server.waitForRequest(({ body }) => asksSummary(body));
  agent.control.stop.abort();
  assert.deepEqual(await end, { type: "aborted" });
  assert.deepEqual(agent.conversation.messages, before);
  agent.control = new LoopControl();
  assert.deepEqual(await agent.run(), { type: "final", text: "done" });
});

Deno.test("runLoop() hears a message that comes during the summary, and makes the summary after it", async () => {
  let asked = 0;
  await using agent = await atSummary(() => asked++ === 0 ? silence() : say("the summary"));
  const end = agent.run({ context: { window: 1_000 } });
  await agent.server.waitForRequest(({ body }) => asksSummary(body));
  agent.inbox.waiting.push("one thing more");
  agent.control.interrupt();
  assert.deepEqual(await end, { type: "final", text: "done" });
  assert.deepEqual([asked, agent.inbox.pulledAt], [2, [1, 2]]);
  const last = agent.server.requests.at(-1);
  assert.equal(last?.body.messages[1]?.content, `${SUMMARY_HEAD}the summary`);
  assert.equal(last?.body.messages.at(-1)?.content, "one thing more");
});

Deno.test("runLoop() goes on with the whole conversation when the summary is empty or longer than what it is of", async () => {
  for (const text of ["", "long ".repeat(5_000)]) {
    await using agent = await atSummary(() => say(text));
    const before = [...agent.conversation.messages];
    assert.deepEqual(await agent.run({ context: { window: 1_000 } }), { type: "final", text: "done" });
    assert.deepEqual(agent.conversation.messages.slice(0, before.length), before);
    assert.deepEqual(compacted(agent.events), []);
  }
});
