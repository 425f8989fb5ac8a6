import assert from "node:assert/strict";
import fc from "fast-check";
import { MessagesFold } from "../../lib/provider/fold_messages.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { messageEvents, textBlock, thinkingBlock, toolUse } from "../support/messages_reply.ts";
import type { Wired } from "../support/responses_reply.ts";
import { ANSWERED_BY } from "./wire_target.ts";

const complain = (state: string) => `It: ${state}`;

function fold(events: readonly unknown[], taken: readonly string[] = []) {
  const answer = new MessagesFold(ANSWERED_BY);
  const seen = events.flatMap((event) => answer.add(event));
  let made = 0;
  const reply = answer.end(complain, { taken: new Set(taken), newId: () => `new${++made}` });
  return { answer, seen, reply };
}

function failure(events: readonly unknown[]): unknown {
  try {
    return fold(events).reply.finish;
  } catch (error) {
    assert.ok(error instanceof ProviderError);
    return [error.code, error.retryable];
  }
}

const BLOCKS = [
  thinkingBlock("First I look."),
  textBlock("Let me see."),
  toolUse("read_file", { path: "a.txt" }, "t1"),
  { type: "redacted_thinking", data: "sealed" },
  toolUse("read_file", { path: "b.txt" }, "t2"),
];

Deno.test("MessagesFold folds thinking, text and parallel calls, and keeps what goes back in its order", () => {
  const { reply, seen } = fold(messageEvents(BLOCKS));
  assert.deepEqual(reply, {
    message: {
      role: "assistant",
      content: "Let me see.",
      toolCalls: [
        { id: "t1", name: "read_file", arguments: '{"path":"a.txt"}' },
        { id: "t2", name: "read_file", arguments: '{"path":"b.txt"}' },
      ],
      reasoning: "First I look.",
      carried: {
        ...ANSWERED_BY,
        api: "messages",
        items: [
          { block: { type: "thinking", thinking: "First I look.", signature: "sig-of-13" } },
          { chars: 11 },
          { callId: "t1" },
          { block: { type: "redacted_thinking", data: "sealed" } },
          { callId: "t2" },
        ],
      },
    },
    finish: "tool_calls",
    usage: { input: 100, cached: 0, output: 20, reasoning: 0 },
  });
  const said = (type: string) => seen.map((each) => each.type === type && "delta" in each ? each.delta : "");
  assert.equal(said("text").join(""), "Let me see.");
  assert.equal(said("reasoning").join(""), "First I look.");
});

Deno.test("MessagesFold reads a whole message as it reads the events of one", () => {
  const whole = {
    type: "message",
    role: "assistant",
    content: BLOCKS,
    stop_reason: "tool_use",
    usage: { input_tokens: 100, output_tokens: 20 },
  };
  assert.deepEqual(fold([whole]).reply, fold(messageEvents(BLOCKS)).reply);
});

Deno.test("MessagesFold counts what was read from the cache and written into it as input", () => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 200,
    cache_creation_input_tokens: 30,
    output_tokens: 1,
  };
  const events = messageEvents([textBlock("ok")], { usage, lastUsage: { output_tokens: 7 } });
  assert.deepEqual(fold(events).reply.usage, {
    input: 240,
    cached: 200,
    written: 30,
    output: 7,
    reasoning: 0,
  });
});

Deno.test("MessagesFold takes the later of two counts, and none that the end leaves out", () => {
  const events = messageEvents([textBlock("ok")], {
    usage: { input_tokens: 0, output_tokens: 0 },
    lastUsage: { input_tokens: 55, cache_read_input_tokens: null, output_tokens: 9 },
  });
  assert.deepEqual(fold(events).reply.usage, { input: 55, cached: 0, output: 9, reasoning: 0 });
});

const ENDS: readonly (readonly [stop: string, end: unknown])[] = [
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", ["context_length", false]],
  ["refusal", "content_filter"],
  ["pause_turn", "pause"],
  ["weather", "stop"],
];

for (const [stop, end] of ENDS) {
  Deno.test(`MessagesFold takes the stop reason ${stop} for ${end}`, () => {
    assert.deepEqual(failure(messageEvents([textBlock("some text")], { stop })), end);
  });
}

Deno.test("MessagesFold takes a stream that ends before its message does for a cut one", () => {
  const events = messageEvents([textBlock("half of it")]);
  for (let cut = 0; cut < events.length - 2; cut++) {
    assert.deepEqual(failure(events.slice(0, cut)), ["cut", true], `after ${cut} events`);
  }
});

Deno.test("MessagesFold takes a call that is sent again for one, and two with ids of their own for two", () => {
  const call = (id: string, input: object = {}) => toolUse("a", input, id);
  const ids = (...blocks: Wired[]) => fold(messageEvents(blocks)).reply.message.toolCalls.map(({ id }) => id);
  assert.deepEqual(ids(call("c1"), call("c1")), ["c1"]);
  assert.deepEqual(ids(call("c1"), call("c2")), ["c1", "c2"]);
  assert.deepEqual(ids(call("c1"), call("c1", { x: 1 })), ["c1", "new1"]);
});

Deno.test("MessagesFold keeps blocks apart that begin under one index, and joins pieces without one", () => {
  const begin = (block: Wired) => ({ type: "content_block_start", index: 0, content_block: block });
  const piece = (partial_json: string) => ({ type: "content_block_delta", delta: { partial_json } });
  const { reply } = fold([
    begin({ type: "tool_use", id: "c1", name: "a", input: {} }),
    begin({ type: "tool_use", id: "c1", name: "a", input: {} }),
    piece('{"x"'),
    piece(":1}"),
    begin({ type: "tool_use", id: "c2", name: "b", input: {} }),
    piece(JSON.stringify('{"y":2}')),
    { type: "message_stop" },
  ]);
  assert.deepEqual(reply.message.toolCalls, [
    { id: "c1", name: "a", arguments: '{"x":1}' },
    { id: "c2", name: "b", arguments: '{"y":2}' },
  ]);
});

Deno.test("MessagesFold reads thinking in tags, and an answer that [DONE] closes", () => {
  const answer = new MessagesFold(ANSWERED_BY);
  const text = (delta: string) => ({ type: "content_block_delta", index: 0, delta: { text: delta } });
  const seen = [text("<think>hm</th"), text("ink>So."), text("<")].flatMap((event) => answer.add(event));
  seen.push(...answer.close());
  const { message, finish } = answer.end(complain, { taken: new Set(), newId: () => "new" });
  assert.deepEqual([message.content, message.reasoning, finish], ["So.<", "hm", "stop"]);
  assert.equal(seen.map((event) => event.type === "text" ? event.delta : "").join(""), "So.<");
  const nothing = new MessagesFold(ANSWERED_BY);
  nothing.close();
  assert.throws(() => nothing.end(complain, { taken: new Set(), newId: () => "" }), /no answer in it/);
});

Deno.test("MessagesFold gives calls without an id, or with one that was there before, an id of their own", () => {
  const events = messageEvents([toolUse("a", {}, ""), toolUse("b", {}, "old"), toolUse("c", {}, "c1")]);
  const ids = fold(events, ["old"]).reply.message.toolCalls.map(({ id }) => id);
  assert.deepEqual(ids, ["new1", "new2", "c1"]);
});

Deno.test("MessagesFold takes arguments whole at the start of a block, and no arguments as an empty object", () => {
  const start = (index: number, block: Wired) => ({
    type: "content_block_start",
    index,
    content_block: block,
  });
  const { reply } = fold([
    { type: "message_start", message: { usage: {} } },
    start(0, toolUse("a", { n: 1 }, "t1")),
    start(1, toolUse("b", {}, "t2")),
    start(2, { type: "tool_use", id: "t3", name: "c" }),
    { type: "message_delta", delta: { stop_reason: "tool_use" } },
    { type: "message_stop" },
  ]);
  assert.deepEqual(reply.message.toolCalls.map((call) => call.arguments), ['{"n":1}', "{}", "{}"]);
});

Deno.test("MessagesFold keeps the reason of an error within the stream, whatever came before it", () => {
  const error = { type: "overloaded_error", message: "Overloaded" };
  const answer = new MessagesFold(ANSWERED_BY);
  for (const event of [...messageEvents([textBlock("half")]).slice(0, 4), { type: "error", error }]) {
    answer.add(event);
  }
  assert.deepEqual(answer.failure, error);
  assert.deepEqual(answer.usage, { input: 100, cached: 0, output: 1, reasoning: 0 });
});

Deno.test("MessagesFold never fails but with an error of the provider, whatever the events hold", () => {
  const types = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "message_delta",
    "message_stop",
    "message",
    "error",
  ];
  const event = fc.record({
    type: fc.constantFrom(...types),
    index: fc.oneof(fc.nat(3), fc.jsonValue()),
    delta: fc.jsonValue(),
    content_block: fc.jsonValue(),
    message: fc.jsonValue(),
    usage: fc.jsonValue(),
  });
  fc.assert(fc.property(fc.array(event), (events) => {
    try {
      fold(events);
    } catch (error) {
      assert.ok(error instanceof ProviderError, String(error));
    }
  }));
});
