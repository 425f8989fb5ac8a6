import assert from "node:assert/strict";
import fc from "fast-check";
import { Conversation, lostCall, OUTCOME_UNKNOWN } from "../../lib/agent/conversation.ts";
import type { ToolRunner } from "../../lib/agent/run_tools.ts";
import type { AssistantMessage, ConversationUpdate, Message } from "../../lib/protocol/conversation.ts";
import { AgentUnderTest, echo } from "../support/agent_loop.ts";
import { callTools, inOrder, say } from "../support/scripted_server.ts";

const SYSTEM: Message = { role: "system", content: "Be brief" };
const ASKS: AssistantMessage = {
  role: "assistant",
  content: "",
  toolCalls: ["c1", "c2"].map((id) => ({ id, name: "work", arguments: "{}" })),
};

/** What a store holds after an update. */
function apply(stored: readonly Message[], { from, messages }: ConversationUpdate): readonly Message[] {
  return [...stored.slice(0, from), ...messages];
}

Deno.test("Conversation.takeUpdate() keeps a stored copy equal to it, whenever it is called", () => {
  const step = fc.constantFrom("user", "ask", "say", "result", "close", "take");
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const conversation = new Conversation([SYSTEM]);
    let stored: readonly Message[] = [];
    for (const each of steps) {
      const last = conversation.messages.at(-1);
      if (each === "user") conversation.addUser("go on");
      if (each === "ask") conversation.addAssistant(ASKS);
      if (each === "say") conversation.addAssistant({ role: "assistant", content: "well", toolCalls: [] });
      if (each === "result" && last === ASKS) {
        conversation.addToolResult({ role: "tool", callId: "c1", content: "ok" });
      }
      if (each === "close") conversation.closeOpenCalls();
      if (each === "take") {
        const update = conversation.takeUpdate();
        if (update === null) assert.deepEqual(stored, conversation.messages);
        else assert.ok(update.messages.length > 0);
        stored = update === null ? stored : apply(stored, update);
        assert.deepEqual(stored, conversation.messages);
      }
    }
  }));
});

Deno.test("Conversation goes on with stored messages: the calls that have no result are open, all else is stored", () => {
  const history: Message[] = [SYSTEM, ASKS, { role: "tool", callId: "c1", content: "ok" }];
  const conversation = new Conversation(history, { stored: history.length });
  assert.equal(conversation.takeUpdate(), null);
  conversation.closeOpenCalls(lostCall);
  const answer = { role: "tool", callId: "c2", content: OUTCOME_UNKNOWN } as const;
  assert.deepEqual(conversation.takeUpdate(), { from: 3, messages: [answer] });
});

Deno.test("Conversation tells a lost question from a call that may have taken effect", () => {
  const toolCalls = [["c1", "terminal"], ["c2", "ask_parent"]]
    .map(([id = "", name = ""]) => ({ id, name, arguments: "{}" }));
  const conversation = new Conversation([SYSTEM, { role: "assistant", content: "", toolCalls }]);
  conversation.closeOpenCalls(lostCall);
  const codes = conversation.messages.slice(2).map(({ content }) => JSON.parse(content).error.code);
  assert.deepEqual(codes, ["outcome_unknown", "not_answered"]);
});

Deno.test("runLoop() stores a turn's calls before they run and its results after, never between", async () => {
  const work = [1, 2].map((n) => ({ name: "work", args: { n } }));
  await using agent = await AgentUnderTest.start(inOrder(callTools(work), say("done")));
  const { updates } = agent.inbox;
  const seenByTools: number[] = [];
  const runTool: ToolRunner = async (call, signal) => {
    seenByTools.push(updates.length);
    await new Promise((resolve) => setTimeout(resolve));
    seenByTools.push(updates.length);
    return echo(call, signal);
  };
  assert.deepEqual(await agent.run({ runTool }), { type: "final", text: "done" });
  assert.deepEqual(seenByTools, [2, 2, 2, 2]);
  assert.deepEqual(
    updates.map(({ from, messages }) => [from, ...messages.map(({ role }) => role)]),
    [[0, "system", "user"], [2, "assistant"], [3, "tool", "tool"], [5], [5, "assistant"], [6]],
  );
  assert.deepEqual(updates.reduce(apply, [] as readonly Message[]), agent.conversation.messages);
});

Deno.test("runLoop() counts the turns that were done before for the numbers and for the limit", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    callTools([{ name: "work", args: {} }]),
    say("the hand-over"),
  ));
  const end = await agent.run({ runTool: echo, maxTurns: 5, turnsDone: 3 });
  assert.deepEqual(end, { type: "handover", reason: "max_turns", text: "the hand-over" });
  assert.deepEqual(agent.inbox.pulledAt, [4, 5]);
  assert.deepEqual(agent.inbox.updates.reduce(apply, [] as readonly Message[]), agent.conversation.messages);
});

Deno.test("runLoop() has one turn for the hand-over when all turns were done before", async () => {
  await using agent = await AgentUnderTest.start(inOrder(say("the hand-over")));
  const end = await agent.run({ maxTurns: 5, turnsDone: 5 });
  assert.deepEqual(end, { type: "handover", reason: "max_turns", text: "the hand-over" });
  assert.deepEqual(agent.offeredTools, [false]);
});
