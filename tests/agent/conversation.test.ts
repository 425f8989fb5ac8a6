import assert from "node:assert/strict";
import fc from "fast-check";
import { Conversation } from "../../lib/agent/conversation.ts";
import type { Message } from "../../lib/protocol/conversation.ts";

const SYSTEM: Message = { role: "system", content: "Be brief" };

/** An assistant message with these calls. */
function asks(content: string, ...ids: string[]) {
  const toolCalls = ids.map((id) => ({ id, name: "work", arguments: "{}" }));
  return { role: "assistant" as const, content, toolCalls };
}

const step = fc.oneof(
  fc.constantFrom("", "hello").map((content) => ({ type: "user", content }) as const),
  fc.tuple(fc.constantFrom("", "well"), fc.nat({ max: 3 })).map(([content, calls]) =>
    ({ type: "assistant", content, calls }) as const
  ),
  fc.constant({ type: "result" } as const),
  fc.constant({ type: "close" } as const),
);

Deno.test("Conversation answers each call exactly once and in order before anything else, whatever is added", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const conversation = new Conversation([SYSTEM]);
    let lastId = 0;
    let open: string[] = [];
    for (const each of steps) {
      if (each.type === "user") conversation.addUser(each.content);
      if (each.type === "close") conversation.closeOpenCalls();
      if (each.type === "assistant") {
        const ids = Array.from({ length: each.calls }, () => `c${++lastId}`);
        conversation.addAssistant(asks(each.content, ...ids));
      }
      open = unanswered(conversation.messages);
      const [callId] = open;
      if (each.type === "result" && callId !== undefined) {
        conversation.addToolResult({ role: "tool", callId, content: "ok" });
      }
    }
    conversation.closeOpenCalls();
    assert.deepEqual(unanswered(conversation.messages), []);
  }));
});

/** The calls that still want an answer; fails for an answer out of order or a call that was passed over. */
function unanswered(messages: readonly Message[]): string[] {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === "tool") assert.equal(message.callId, open.shift());
    else assert.deepEqual(open, []);
    if (message.role === "assistant") open = message.toolCalls.map(({ id }) => id);
    if (message.role !== "tool" && !(message.role === "assistant" && open.length > 0)) {
      assert.notEqual(message.content, "");
    }
  }
  return open;
}

Deno.test("Conversation.addToolResult() throws TypeError out of order, and for a call that is not open", () => {
  const conversation = new Conversation([SYSTEM]);
  conversation.addAssistant(asks("", "c1", "c2"));
  assert.throws(() => conversation.addToolResult({ role: "tool", callId: "c2", content: "" }), TypeError);
  const closed = new Conversation([SYSTEM]);
  assert.throws(() => closed.addToolResult({ role: "tool", callId: "c1", content: "" }), TypeError);
});

Deno.test("Conversation does not change the messages it was made of", () => {
  const given = [SYSTEM];
  new Conversation(given).addUser("hello");
  assert.deepEqual(given, [SYSTEM]);
});
