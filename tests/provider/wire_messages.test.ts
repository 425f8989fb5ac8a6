import assert from "node:assert/strict";
import fc from "fast-check";
import type { AssistantMessage, Message } from "../../lib/protocol/conversation.ts";
import { PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { messagesBody } from "../../lib/provider/wire_messages.ts";
import type { Reading } from "../support/wire_reading.ts";
import { anyTurn } from "./any_turn.ts";
import { ANSWERED_BY, wireTarget } from "./wire_target.ts";

const CACHE = { cache_control: { type: "ephemeral" } };
const TOOLS = [{ name: "a", description: "d", parameters: { type: "object", properties: {} } }];
const THINKING = { type: "thinking", thinking: "hm", signature: "sig" };

/** A message of two calls with thinking before them. */
const CALLING: AssistantMessage = {
  role: "assistant",
  content: "Looking.",
  toolCalls: [{ id: "t1", name: "a", arguments: '{"n":1}' }, { id: "t2", name: "a", arguments: "" }],
  carried: {
    ...ANSWERED_BY,
    api: "messages",
    items: [{ block: THINKING }, { chars: 8 }, { callId: "t1" }, { callId: "t2" }],
  },
};

const HISTORY: readonly Message[] = [
  { role: "system", content: "s" },
  { role: "user", content: "u" },
  CALLING,
  { role: "tool", callId: "t1", content: "one" },
  { role: "tool", callId: "t2", content: "two" },
  { role: "user", content: "and?" },
];

function bodyOf(messages: readonly Message[], ...target: Parameters<typeof wireTarget>): Reading {
  return messagesBody({ messages, tools: TOOLS }, wireTarget(...target));
}

Deno.test("messagesBody() writes each kind of block, results first and roles in turns", () => {
  assert.deepEqual(bodyOf(HISTORY), {
    model: "m",
    stream: true,
    max_tokens: 32_000,
    tools: [{ name: "a", description: "d", input_schema: { type: "object", properties: {} }, ...CACHE }],
    system: [{ type: "text", text: "s", ...CACHE }],
    messages: [
      { role: "user", content: [{ type: "text", text: "u", ...CACHE }] },
      {
        role: "assistant",
        content: [
          THINKING,
          { type: "text", text: "Looking." },
          { type: "tool_use", id: "t1", name: "a", input: { n: 1 } },
          { type: "tool_use", id: "t2", name: "a", input: { not_json: "" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: "one" },
          { type: "tool_result", tool_use_id: "t2", content: "two" },
          { type: "text", text: "and?", ...CACHE },
        ],
      },
    ],
  });
});

Deno.test("messagesBody() gives thinking back to the account it came from only", () => {
  const others = [{ account: "key2" }, { model: "m2" }, { provider: "q" }];
  for (const other of others) {
    const { messages } = bodyOf(HISTORY, other);
    const types = messages[1].content.map(({ type }: Reading) => type);
    assert.deepEqual(types, ["text", "tool_use", "tool_use"], JSON.stringify(other));
  }
});

Deno.test("messagesBody() marks at most four ends of prefixes, however long the conversation is", () => {
  const long: Message[] = [...HISTORY];
  for (let turn = 0; turn < 10; turn++) {
    long.push({ role: "assistant", content: "ok", toolCalls: [] }, { role: "user", content: "more" });
  }
  const marks = JSON.stringify(bodyOf(long)).match(/cache_control/g);
  assert.equal(marks?.length, 4);
});

Deno.test("messagesBody() of the next turn begins with what this one told the server to keep", () => {
  const strip = (body: Reading) =>
    JSON.stringify(body.messages).replaceAll(`,"cache_control":{"type":"ephemeral"}`, "");
  const next: readonly Message[] = [...HISTORY, { role: "assistant", content: "b", toolCalls: [] }, {
    role: "user",
    content: "c",
  }];
  const [before, after] = [bodyOf(HISTORY), bodyOf(next)];
  assert.ok(strip(after).startsWith(strip(before).slice(0, -1)));
  assert.deepEqual(after.messages[2].content.at(-1), before.messages[2].content.at(-1), "marked in both");
});

Deno.test("messagesBody() sends tools with every request and says where no call is wanted", () => {
  const body: Reading = messagesBody({ messages: HISTORY, tools: TOOLS, mustAnswer: true }, wireTarget());
  assert.deepEqual([body.tools.length, body.tool_choice], [1, { type: "none" }]);
  assert.equal("tool_choice" in bodyOf(HISTORY), false);
});

Deno.test("messagesBody() has a limit always, as small as the server says", () => {
  const dialect = { ...PLAIN_DIALECT, maxOutput: 8_192 };
  const limits = [{}, { outputLimit: 500 }, { dialect }, { dialect, outputLimit: 9_000 }];
  assert.deepEqual(limits.map((target) => bodyOf(HISTORY, target).max_tokens), [32_000, 500, 8_192, 8_192]);
});

Deno.test("messagesBody() lets a model think as its generation takes it", () => {
  const of = (model: string, reasoningEffort: string | null) => {
    const { thinking, output_config } = bodyOf([{ role: "user", content: "u" }], { model, reasoningEffort });
    return { thinking, output_config };
  };
  assert.deepEqual(of("claude-sonnet-4-5", null), { thinking: undefined, output_config: undefined });
  assert.deepEqual(of("claude-sonnet-4-5-20250929", "low"), {
    thinking: { type: "enabled", budget_tokens: 4_096 },
    output_config: undefined,
  });
  for (const model of ["claude-opus-4-6", "claude-opus-4.7", "claude-sonnet-5"]) {
    assert.deepEqual(of(model, "high"), {
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
    }, model);
  }
});

Deno.test("messagesBody() asks for no thinking where the thinking before the last calls is not to be had", () => {
  const thinking = (target: Parameters<typeof wireTarget>[0]) =>
    "thinking" in bodyOf(HISTORY, { model: "m", reasoningEffort: "low", ...target });
  assert.deepEqual([thinking({}), thinking({ account: "key2" })], [true, false]);
});

Deno.test("messagesBody() never ends with words of the model", () => {
  const { messages } = bodyOf([...HISTORY, { role: "assistant", content: "so far", toolCalls: [] }]);
  assert.equal(messages.at(-1).role, "user");
});

Deno.test("messagesBody() leaves cache marks out for a server that refused them", () => {
  const body = bodyOf(HISTORY, { dialect: { ...PLAIN_DIALECT, refused: ["cache_control"] } });
  assert.equal(JSON.stringify(body).includes("cache_control"), false);
});

Deno.test("messagesBody() leaves blank blocks out that stood between others", () => {
  const items = [{ chars: 2 }, { block: THINKING }, { chars: 3 }, { callId: "t1" }, { chars: 1 }];
  const carried = { ...ANSWERED_BY, api: "messages" as const, items };
  const toolCalls = [{ id: "t1", name: "a", arguments: "{}" }];
  const [said] = bodyOf([{ role: "assistant", content: "\n\nNow ", toolCalls, carried }]).messages;
  assert.deepEqual(said.content, [
    THINKING,
    { type: "text", text: "Now" },
    { type: "tool_use", id: "t1", name: "a", input: {} },
  ]);
});

Deno.test("messagesBody() holds no empty block and no two messages of one role in a row", () => {
  fc.assert(fc.property(fc.array(anyTurn), (turns) => {
    const body = bodyOf([{ role: "user", content: "u" }, ...turns.flat()]);
    const roles: string[] = body.messages.map(({ role }: Reading) => role);
    assert.deepEqual(roles, roles.map((_, at) => at % 2 === 0 ? "user" : "assistant"));
    for (const { content } of body.messages) {
      assert.ok(content.length > 0);
      for (const { type, text } of content) if (type === "text") assert.notEqual(text.trim(), "");
    }
  }));
});
