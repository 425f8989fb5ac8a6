import assert from "node:assert/strict";
import { Child } from "../../lib/delegation/child.ts";
import { ParentPort } from "../../lib/delegation/parent_port.ts";
import { ServiceDesk } from "../../lib/delegation/service_desk.ts";
import type { Services } from "../../lib/delegation/service_calls.ts";
import type { ConversationUpdate, Message } from "../../lib/protocol/conversation.ts";
import type { ChildBrief, FromChild } from "../../lib/protocol/worker_messages.ts";
import { testBroker } from "../provider/ask_model.ts";
import { callTools, inOrder, type Reply, say, startScriptedServer } from "../support/scripted_server.ts";
import { assertAcceptable } from "../support/valid_request.ts";

const BRIEF: ChildBrief = {
  taskId: "t00001",
  systemPrompt: "You are a child",
  history: null,
  messages: ["the goal"],
  model: { provider: "test", model: "m1", reasoningEffort: null },
  ways: { fallbacks: [], dialects: {}, cacheKey: "s00001" },
  tools: [],
  cwd: "/",
  maxTurns: 10,
  turnsDone: 0,
  context: { window: null, outputLimit: null, resultChars: 50_000 },
  spillDir: "/nowhere",
  secretPaths: [],
  terminal: { timeoutS: 10, maxTimeoutS: 10 },
};

/** Runs a child on its brief to its last message; the parent's side is a desk of services that accepts all. */
async function runChild(brief: ChildBrief, ...before: readonly Reply[]) {
  await using server = await startScriptedServer(inOrder(...before, say("all done")));
  const { broker } = testBroker(server.baseUrl);
  const updates: ConversationUpdate[] = [];
  const pulledAt: number[] = [];
  const heard: string[] = [];
  const over = Promise.withResolvers<FromChild>();
  const services: Services = {
    approve: () => Promise.resolve(null),
    acquire: (ask, signal) => broker.acquire(ask, signal),
    release: ({ leaseId, outcome }) => broker.release(leaseId, outcome),
    pull: ({ turn }) => {
      pulledAt.push(turn);
      return Promise.resolve([]);
    },
    stored: (update) => void updates.push(update),
    close: () => Promise.resolve({ accepted: true }),
    shell: () => Promise.reject(new Error("Nobody expected a command")),
    redact: (text) => Promise.resolve(text),
    tool: () => Promise.resolve({ results: [], pending: [] }),
  };
  using desk = new ServiceDesk(services, (message) => child.receive(message));
  const child: Child = new Child(
    new ParentPort((message) => {
      if (message.type === "call" || message.type === "cast") heard.push(message.service);
      if (message.type === "call" || message.type === "cast" || message.type === "abort_call") {
        desk.receive(message);
      }
      if (message.type === "ended" || message.type === "crashed") over.resolve(message);
    }),
  );
  child.receive({ type: "start", brief });
  assert.deepEqual(await over.promise, { type: "ended", end: { type: "final", text: "all done" } });
  const [request] = server.requests;
  assert.ok(request !== undefined);
  assertAcceptable(request.body);
  return { sent: request.body.messages, updates, pulledAt, heard };
}

Deno.test("a fresh child stores its conversation from the system prompt on", async () => {
  const { updates, pulledAt } = await runChild(BRIEF);
  assert.deepEqual(updates[0], {
    from: 0,
    messages: [{ role: "system", content: "You are a child" }, { role: "user", content: "the goal" }],
  });
  assert.deepEqual(pulledAt, [1]);
});

Deno.test("a child that goes on is told which calls have an unknown outcome, and stores only what is new", async () => {
  const toolCalls = ["c1", "c2"].map((id) => ({ id, name: "terminal", arguments: "{}" }));
  const history: Message[] = [
    { role: "system", content: "You are a child" },
    { role: "user", content: "the goal" },
    { role: "assistant", content: "", toolCalls },
    { role: "tool", callId: "c1", content: "it went well" },
  ];
  const { sent, updates, pulledAt } = await runChild({
    ...BRIEF,
    history,
    messages: ["go on"],
    turnsDone: 3,
  });
  assert.deepEqual(sent.slice(3).map(({ role }) => role), ["tool", "tool", "user"]);
  assert.match(sent[4]?.content ?? "", /may or may not have taken effect/);
  assert.equal(sent[5]?.content, "go on");
  assert.equal(updates[0]?.from, 4);
  assert.deepEqual(updates[0]?.messages.map(({ role }) => role), ["tool", "user"]);
  assert.deepEqual(pulledAt, [4]);
});

Deno.test("a child that goes on after its own last word sends a request in which the model has not the last one", async () => {
  const history: Message[] = [
    { role: "system", content: "You are a child" },
    { role: "user", content: "the goal" },
    { role: "assistant", content: "All is done", toolCalls: [] },
  ];
  const { sent, updates } = await runChild({ ...BRIEF, history, messages: ["not taken"], turnsDone: 1 });
  assert.deepEqual(sent.slice(2).map(({ role, content }) => [role, content]), [
    ["assistant", "All is done"],
    ["user", "not taken"],
  ]);
  assert.deepEqual(updates[0], { from: 3, messages: [{ role: "user", content: "not taken" }] });
});

Deno.test("a child stores the calls of a turn before the parent hears of them, and their results before the next request", async () => {
  const { heard, updates } = await runChild(
    { ...BRIEF, tools: [{ name: "collect_task", description: "", parameters: { type: "object" } }] },
    callTools([{ name: "collect_task", args: {} }]),
  );
  assert.deepEqual(heard, [
    ...["pull", "stored", "acquire", "release", "stored", "tool", "stored"],
    ...["pull", "stored", "acquire", "release", "stored", "close", "stored"],
  ]);
  assert.deepEqual(updates.slice(1, 3).map(({ messages }) => messages.map(({ role }) => role)), [
    ["assistant"],
    ["tool"],
  ]);
});
