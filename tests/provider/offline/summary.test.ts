import assert from "node:assert/strict";
import { olderPart, withSummary } from "../../../lib/agent/compaction.ts";
import { Conversation } from "../../../lib/agent/conversation.ts";
import type { AssistantMessage } from "../../../lib/protocol/conversation.ts";
import type { Message } from "../../../lib/protocol/conversation.ts";
import { SUMMARY_REQUEST } from "../../../lib/protocol/summary_texts.ts";
import { answerTo } from "../../../lib/provider/offline/answer.ts";
import { readRequest } from "../../../lib/provider/offline/read_request.ts";
import { chatBody } from "../../../lib/provider/wire_chat.ts";
import { ROOMY } from "../../support/agent_loop.ts";
import { wireTarget } from "../wire_target.ts";
import { brief, CHAT_TOOLS, CHILD_TOOLS } from "./talk.ts";

/** The next answer in a conversation, as a message of it. */
function ask(messages: readonly Message[], tools: readonly string[]): AssistantMessage {
  const schemas = tools.map((name) => ({ name, description: "", parameters: {} }));
  const target = wireTarget({ model: "offline" });
  const { parts, calls } = answerTo(
    readRequest(JSON.stringify(chatBody({ messages, tools: schemas }, target))),
  );
  return {
    role: "assistant",
    content: parts.map((part) => "text" in part ? part.text : "").join(""),
    toolCalls: calls.map(({ name, args }, index) => ({
      id: `c${messages.length}_${index}`,
      name,
      arguments: JSON.stringify(args),
    })),
  };
}

/** Goes on until a last word; the older part gives way to a summary before each of the `compactedAt` requests. */
function run(conversation: Conversation, tools: readonly string[], compactedAt: readonly number[]) {
  const called: string[] = [];
  for (let request = 1; request < 30; request++) {
    if (compactedAt.includes(request)) compactNow(conversation);
    const message = ask(conversation.messages, tools);
    conversation.addAssistant(message);
    const [call] = message.toolCalls;
    if (call === undefined || call.name === "finish") {
      return { called, said: call?.arguments ?? message.content };
    }
    called.push(JSON.parse(call.arguments).command);
    const output = JSON.stringify({ exit_code: 0, output: `${call.name} ran\n`, duration_s: 0.1 });
    conversation.addToolResult({ role: "tool", callId: call.id, content: output });
  }
  assert.fail("it does not come to an end");
}

function compactNow(conversation: Conversation): void {
  const { messages } = conversation;
  const summary = ask([...olderPart(messages), { role: "user", content: SUMMARY_REQUEST }], []);
  conversation.replace(withSummary(messages, summary.content, ROOMY));
}

const COMMANDS = ["a", "b", "a", "c", "a", "d"];
const GOAL = COMMANDS.map((command) => `run: ${command}`).join(" then ");

function conversationWith(...users: readonly string[]): Conversation {
  const conversation = new Conversation([{ role: "system", content: "You are hermes." }]);
  for (const content of users) conversation.addUser(content);
  return conversation;
}

for (const compactedAt of [[], [2], [3], [4], [6], [7], [4, 6], [3, 4, 5, 6, 7]]) {
  Deno.test(`the offline child does each step once when its conversation is summed up before requests ${compactedAt}`, () => {
    const { called, said } = run(conversationWith(brief(GOAL)), CHILD_TOOLS, compactedAt);
    assert.deepEqual(called, COMMANDS);
    assert.equal(JSON.parse(said).outcome, "done");
  });

  Deno.test(`the offline chat does each step once when its conversation is summed up before requests ${compactedAt}`, () => {
    const conversation = conversationWith("run: before");
    assert.deepEqual(run(conversation, CHAT_TOOLS, []).called, ["before"]);
    conversation.addUser(GOAL);
    assert.deepEqual(run(conversation, CHAT_TOOLS, compactedAt).called, COMMANDS);
  });
}

Deno.test("answerTo() sums up what it sees in a line each, and nothing else", () => {
  const conversation = conversationWith(brief("say: well then run: a then run: b"));
  run(conversation, CHILD_TOOLS, []);
  const older = conversation.messages.slice(0, 4);
  const summary = ask([...older, { role: "user", content: SUMMARY_REQUEST }], []);
  assert.deepEqual(summary.toolCalls, []);
  assert.equal(
    summary.content,
    'Settled so far: 2\nwell\ncalled terminal\n  {"exit_code":0,"output":"terminal ran\\n","duration_s":0.1}',
  );
});
