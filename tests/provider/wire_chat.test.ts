import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message } from "../../lib/protocol/conversation.ts";
import { type Dialect, PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { isJsonObject } from "../../lib/provider/json_arguments.ts";
import { chatBody } from "../../lib/provider/wire_chat.ts";
import { anyTurn } from "./any_turn.ts";
import { wireTarget } from "./wire_target.ts";

const TARGET = wireTarget({ model: "m1" });

Deno.test("chatBody() writes every kind of message", () => {
  const body = chatBody({
    messages: [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
      {
        role: "assistant",
        content: "",
        toolCalls: [{ id: "c1", name: "a", arguments: '{"n":1}' }],
        reasoning: "not sent",
      },
      { role: "tool", callId: "c1", content: "r" },
      { role: "assistant", content: "done", toolCalls: [] },
    ],
    tools: [],
  }, TARGET);
  assert.deepEqual(body.messages, [
    { role: "system", content: "s" },
    { role: "user", content: "u" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "a", arguments: '{"n":1}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "r" },
    { role: "assistant", content: "done" },
  ]);
  assert.equal("tools" in body, false);
});

Deno.test("chatBody() wraps old arguments that are no JSON object, which servers would refuse", () => {
  const sent = ["{oops", "[1]", "text", '{"n":1}'].map((args) => {
    const body = chatBody({
      messages: [{ role: "assistant", content: "x", toolCalls: [{ id: "c", name: "a", arguments: args }] }],
      tools: [],
    }, TARGET);
    return JSON.parse(JSON.stringify(body)).messages[0].tool_calls[0].function.arguments;
  });
  assert.deepEqual(sent, ['{"not_json":"{oops"}', '{"not_json":"[1]"}', '{"not_json":"text"}', '{"n":1}']);
});

Deno.test("chatBody() begins two requests of siblings with the same bytes up to their own messages", () => {
  const tools = [{ name: "a", description: "d", parameters: { type: "object" } }];
  const [one, two] = ["first goal", "second goal"].map((content) =>
    JSON.stringify(
      chatBody({ messages: [{ role: "system", content: "s" }, { role: "user", content }], tools }, TARGET),
    )
  );
  const shared = one?.indexOf("first goal") ?? 0;
  assert.equal(one?.slice(0, shared), two?.slice(0, shared));
  assert.match(one?.slice(0, shared) ?? "", /"tools":.*"system"/);
});

Deno.test("chatBody() of a longer conversation begins with that of the shorter one, to the byte", () => {
  fc.assert(fc.property(fc.array(anyTurn), anyTurn, (turns, next) => {
    const messages: Message[] = [{ role: "system", content: "s" }, ...turns.flat()];
    const shorter = JSON.stringify(chatBody({ messages, tools: [] }, TARGET));
    const longer = JSON.stringify(chatBody({ messages: [...messages, ...next], tools: [] }, TARGET));
    assert.ok(longer.startsWith(shorter.slice(0, -"]}".length)));
  }));
});

Deno.test("isJsonObject() is true for whole objects and for nothing else", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, at) => {
    const text = JSON.stringify(value);
    const others = [text.slice(0, at % text.length), text + text, `[${text}]`];
    assert.deepEqual([` ${text}\n`, ...others].map(isJsonObject), [true, false, false, false]);
  }));
});

Deno.test("chatBody() leaves what stands in for thinking and signatures out where it was refused", () => {
  const call = { id: "c1", name: "terminal", arguments: "{}" };
  const messages: Message[] = [
    { role: "user", content: "u" },
    { role: "assistant", content: "", toolCalls: [call] },
    { role: "tool", callId: "c1", content: "r" },
  ];
  const said = (dialect: Partial<Dialect>) =>
    chatBody({ messages, tools: [] }, wireTarget({ dialect: { ...PLAIN_DIALECT, ...dialect } })).messages;
  const quirks = ["reasoning_content", "thought_signature"] as const;
  assert.deepEqual(said({ quirks, refused: ["reasoning_content", "extra_content"] }), said({}));
  assert.notDeepEqual(said({ quirks, refused: ["extra_content"] }), said({}));
  assert.notDeepEqual(said({ quirks, refused: ["reasoning_content"] }), said({}));
});

Deno.test("chatBody() has a text beside calls for a server that wants one there", () => {
  const call = { id: "c1", name: "terminal", arguments: "{}" };
  const messages: Message[] = [{ role: "assistant", content: " ", toolCalls: [call] }];
  const contentFor = (quirks: Dialect["quirks"]) => {
    const target = wireTarget({ dialect: { ...PLAIN_DIALECT, quirks } });
    return (chatBody({ messages, tools: [] }, target).messages as { content: unknown }[])[0]?.content;
  };
  assert.deepEqual([contentFor([]), contentFor(["text_beside_calls"])], [null, ""]);
});
