import assert from "node:assert/strict";
import type { ConversationUpdate, Message } from "../../lib/protocol/conversation.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import { ParentAgent, type ParentAgentOptions } from "../../lib/session/parent_agent.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { testBroker } from "../provider/ask_model.ts";
import { hang, ROOMY } from "../support/agent_loop.ts";
import { finish } from "../support/delegation_script.ts";
import { callTools, type Handler, hold, inOrder, say, silence } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";
import { turnOf } from "../support/wire_reading.ts";

/** A session's own agent whose store is an array, made of the parts that the session makes it of. */
async function openAgent(
  parent: Handler,
  { child = () => silence(), ...options }: Partial<ParentAgentOptions> & { readonly child?: Handler } = {},
) {
  const test = await TestSession.open({ parent, child });
  const log: (ConversationUpdate | string)[] = [];
  const agent = new ParentAgent({
    systemPrompt: "You are the parent",
    client: createModelClient({
      broker: testBroker(test.server.baseUrl).broker,
      model: { provider: "test", model: "m1", reasoningEffort: null },
      clock: systemClock,
    }),
    schemas: [{ name: "collect_task", description: "Collects", parameters: { type: "object" } }],
    runTool: async ({ name, arguments: args }, signal) => {
      if (name === "hang") return await hang({ id: "", name, arguments: args }, signal);
      const value = await test.call(name, JSON.parse(args));
      return { content: JSON.stringify(value), errorCode: null };
    },
    supervisor: test.session.supervisor,
    emit: () => {},
    maxTurns: 10,
    noticesBetweenTurns: true,
    context: ROOMY,
    history: [],
    onStored: (update) => log.push(update),
    ...options,
  });
  test.session.events.subscribe((event) => {
    if (event.type === "task.delivered") log.push(`delivered by ${event.by}`);
  });
  return { test, agent, log };
}

function replay(log: readonly (ConversationUpdate | string)[]): readonly Message[] {
  return log.filter((entry) => typeof entry !== "string")
    .reduce<readonly Message[]>((stored, { from, messages }) => [...stored.slice(0, from), ...messages], []);
}

Deno.test("a result that a collect claims counts as delivered only after it was stored", async () => {
  const begun = Promise.withResolvers<void>();
  const { test, agent, log } = await openAgent((request) => {
    begun.resolve();
    return turnOf(request) === 1 ? callTools([{ name: "collect_task", args: {} }]) : say("thanks");
  }, { child: () => hold(begun.promise, finish("did it")) });
  await using _ = test;
  await test.spawn("goal-0");
  await agent.answer("what came of it?");
  assert.deepEqual(
    log.map((entry) => typeof entry === "string" ? entry : entry.messages.map(({ role }) => role).join()),
    ["system,user", "assistant", "tool", "delivered by collect", "assistant"],
  );
});

Deno.test("a stopped turn is stored with what it left open, and delivers nothing that it did not store", async () => {
  const { test, agent, log } = await openAgent(inOrder(callTools([{ name: "hang", args: {} }])));
  await using _ = test;
  const end = agent.answer("begin");
  await test.server.waitForRequest(({ index }) => index === 0).then(({ ended }) => ended);
  agent.stop();
  assert.deepEqual(await end, { type: "aborted" });
  assert.equal(replay(log).at(-1)?.content, "(stopped by the user)");
});

Deno.test("a resumed agent has the system prompt of today and is told which calls have an unknown outcome", async () => {
  const history: Message[] = [
    { role: "system", content: "You were the parent" },
    { role: "user", content: "begin" },
    { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "hang", arguments: "{}" }] },
  ];
  const { test, agent, log } = await openAgent(inOrder(say("back again")), { history });
  await using _ = test;
  await agent.answer("and now?");
  const [request] = test.server.requests;
  assert.deepEqual(request?.body.messages.map(({ role }) => role), [
    ...["system", "user", "assistant", "tool", "user"],
  ]);
  assert.equal(request?.body.messages[0]?.content, "You are the parent");
  assert.match(request?.body.messages[3]?.content ?? "", /may or may not have taken effect/);
  assert.equal(replay(log).length, 6);
});

Deno.test("a resumed agent whose system prompt is the same stores only what is new", async () => {
  const history: Message[] = [
    { role: "system", content: "You are the parent" },
    { role: "user", content: "begin" },
    { role: "assistant", content: "begun", toolCalls: [] },
  ];
  const { test, agent, log } = await openAgent(inOrder(say("back again")), { history });
  await using _ = test;
  await agent.answer("and now?");
  assert.deepEqual(log, [
    { from: 3, messages: [{ role: "user", content: "and now?" }] },
    { from: 4, messages: [{ role: "assistant", content: "back again", toolCalls: [] }] },
  ]);
});

Deno.test("forget() stores a conversation that begins anew", async () => {
  const { test, agent, log } = await openAgent(inOrder(say("hello")));
  await using _ = test;
  await agent.answer("hi");
  agent.forget();
  assert.deepEqual(replay(log), [{ role: "system", content: "You are the parent" }]);
});
