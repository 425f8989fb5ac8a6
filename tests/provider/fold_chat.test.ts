import assert from "node:assert/strict";
import fc from "fast-check";
import { isTooLong } from "../../lib/provider/answer_fold.ts";
import { ChatFold } from "../../lib/provider/fold_chat.ts";
import type { ModelReply } from "../../lib/provider/provider.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { chunk } from "../support/scripted_server.ts";
import { ANSWERED_BY } from "./wire_target.ts";

function fold(chunks: readonly unknown[], taken: readonly string[] = []): ModelReply {
  let count = 0;
  const answer = new ChatFold(ANSWERED_BY);
  for (const each of chunks) answer.add(each);
  return answer.end((state) => state, { taken: new Set(taken), newId: () => `new${++count}` });
}

/** What goes back to the server that put these fields into its message. */
function carriedWith(fields: Readonly<Record<string, unknown>>) {
  return { ...ANSWERED_BY, api: "chat", items: [{ type: "message", fields }] };
}

/** The calls that deltas of calls come to. */
function callsOf(...deltas: readonly (readonly unknown[])[]) {
  const chunks = deltas.map((calls) => chunk({ tool_calls: calls }));
  return fold([...chunks, chunk({}, "tool_calls")]).message.toolCalls.map((call) => Object.values(call));
}

function delta(index: number | undefined, id: string | undefined, name: string | undefined, args: unknown) {
  return { index, id, type: "function", function: { name, arguments: args } };
}

function cuts(text: string, points: readonly number[]): string[] {
  const at = [...new Set(points.map((point) => Math.floor(point * (text.length + 1))))].sort((a, b) => a - b);
  const bounds = [0, ...at, text.length];
  return bounds.slice(1).map((end, index) => text.slice(bounds[index], end));
}

Deno.test("ChatFold comes to the same message however the answer was cut into chunks", () => {
  const points = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 6 });
  const call = fc.record({
    name: fc.stringMatching(/^[a-z_]{1,8}$/),
    args: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(fc.property(
    fc.string({ unit: "binary" }),
    fc.string(),
    fc.array(fc.tuple(call, points), { maxLength: 4 }),
    points,
    fc.boolean(),
    (text, reasoning, calls, textPoints, repeatsNames) => {
      const streams = [
        cuts(reasoning, textPoints).map((part) => ({ reasoning_content: part })),
        cuts(text, textPoints).map((part) => ({ content: part })),
        ...calls.map(([{ name, args }, points], index) => [
          { tool_calls: [delta(index, `id${index}`, name, "")] },
          ...cuts(JSON.stringify(args), points).map((part) => ({
            tool_calls: [
              repeatsNames
                ? delta(index, `id${index}`, name, part)
                : delta(index, undefined, undefined, part),
            ],
          })),
        ]),
      ];
      const longest = Math.max(...streams.map((stream) => stream.length));
      const woven = Array.from(
        { length: longest },
        (_, round) => streams.flatMap((stream) => stream[round] ?? []),
      );
      const reply = fold([...woven.flat().map((each) => chunk(each)), chunk({}, "stop")]);
      assert.deepEqual(reply, {
        message: {
          role: "assistant",
          content: text,
          toolCalls: calls.map(([{ name, args }], index) => ({
            id: `id${index}`,
            name,
            arguments: JSON.stringify(args),
          })),
          ...(reasoning === "" ? {} : { reasoning, carried: carriedWith({ reasoning_content: reasoning }) }),
        },
        finish: calls.length > 0 ? "tool_calls" : "stop",
        usage: null,
      });
    },
  ));
});

Deno.test("ChatFold takes any JSON for a chunk, and in any place of one", () => {
  const json = fc.jsonValue();
  const said = fc.record({ content: json, reasoning: json, reasoning_details: json, tool_calls: json });
  const choice = fc.record({ index: json, delta: fc.oneof(json, said), message: fc.oneof(json, said) });
  const odd = fc.record({ choices: fc.oneof(json, fc.array(choice)), usage: json, x_groq: json });
  fc.assert(fc.property(fc.array(fc.oneof(json, odd)), (chunks) => {
    const answer = new ChatFold(ANSWERED_BY);
    for (const each of chunks) answer.add(each);
    assert.equal(answer.isFinished, false);
    assert.throws(
      () => answer.end((state) => state, { taken: new Set(), newId: () => "new" }),
      ProviderError,
    );
  }));
});

Deno.test("ChatFold keeps apart whole calls under one index, without index, and without id", () => {
  const two = [["c1", "a", '{"n":1}'], ["c2", "a", '{"n":2}']];
  assert.deepEqual(callsOf([delta(0, "c1", "a", '{"n":1}')], [delta(0, "c2", "a", '{"n":2}')]), two);
  assert.deepEqual(
    callsOf([delta(undefined, "c1", "a", '{"n":1}'), delta(undefined, "c2", "a", '{"n":2}')]),
    two,
  );
  assert.deepEqual(
    callsOf([delta(undefined, "c1", "a", '{"n":1}')], [delta(undefined, "c2", "a", '{"n":2}')]),
    two,
  );
  const fresh = [["new1", "a", "{}"], ["new2", "a", "{}"]];
  assert.deepEqual(callsOf([delta(undefined, "", "a", "{}"), delta(undefined, "", "a", "{}")]), fresh);
  assert.deepEqual(callsOf([delta(0, undefined, "a", "{}")], [delta(0, undefined, "a", "{}")]), fresh);
  assert.deepEqual(callsOf([delta(0, "c1", "list", "")], [delta(0, "c2", "list", "")]), [
    ["c1", "list", "{}"],
    ["c2", "list", "{}"],
  ]);
});

Deno.test("ChatFold goes on with a call whose pieces have no index", () => {
  assert.deepEqual(
    callsOf([delta(undefined, "c1", "a", '{"n"')], [delta(undefined, undefined, undefined, ":1}")]),
    [["c1", "a", '{"n":1}']],
  );
  assert.deepEqual(
    callsOf([delta(undefined, "c1", "a", '{"n"')], [delta(undefined, "c1", "a", ":1}")]),
    [["c1", "a", '{"n":1}']],
  );
});

Deno.test("ChatFold takes a name after a complete call for a new call only when arguments follow", () => {
  const name = delta(undefined, undefined, "a", "");
  const args = delta(undefined, undefined, undefined, "{}");
  assert.deepEqual(callsOf([name], [args], [name]), [["new1", "a", "{}"]]);
  const two = [["new1", "a", "{}"], ["new2", "a", "{}"]];
  assert.deepEqual(callsOf([name], [args], [name], [args]), two);
  assert.deepEqual(callsOf([delta(0, "", "a", "{}")], [delta(1, "", "a", "")]), two);
  assert.deepEqual(callsOf([delta(undefined, "", "a", "{}"), name]), two);
});

Deno.test("ChatFold makes ids unique in the message and in the conversation", () => {
  const same = [
    delta(0, "c1", "a", "{}"),
    delta(1, "c1", "b", "{}"),
    delta(2, "", "c", "{}"),
    delta(3, "old", "d", "{}"),
  ];
  const reply = fold([chunk({ tool_calls: same }, "tool_calls")], ["old", "new1"]);
  assert.deepEqual(reply.message.toolCalls.map((call) => call.id), ["c1", "new2", "new3", "new4"]);
});

Deno.test("ChatFold passes arguments on as they were written, objects as JSON, nothing as {}", () => {
  assert.deepEqual(
    callsOf([delta(0, "c1", "a", "{oops"), delta(1, "c2", "b", { n: 1 }), delta(2, "c3", "c", null)]),
    [["c1", "a", "{oops"], ["c2", "b", '{"n":1}'], ["c3", "c", "{}"]],
  );
});

Deno.test("ChatFold knows the older form of one call", () => {
  const reply = fold([
    chunk({ function_call: { name: "a", arguments: '{"n":' } }),
    chunk({ function_call: { arguments: "1}" } }),
    chunk({}, "function_call"),
  ]);
  assert.deepEqual([reply.finish, reply.message.toolCalls], ["tool_calls", [
    { id: "new1", name: "a", arguments: '{"n":1}' },
  ]]);
});

Deno.test("ChatFold maps every finish reason to one of the four or to an error", () => {
  const call = { tool_calls: [delta(0, "c1", "a", "{}")] };
  const cases: [string, object, string][] = [
    ["stop", { content: "x" }, "stop"],
    ["STOP", { content: "x" }, "stop"],
    ["eos", { content: "x" }, "stop"],
    ["stop", call, "tool_calls"],
    ["tool_calls", call, "tool_calls"],
    ["length", { content: "x" }, "length"],
    ["length", call, "length"],
    ["MAX_TOKENS", { content: "x" }, "length"],
    ["content_filter", {}, "content_filter"],
  ];
  for (const [reason, delta, finish] of cases) {
    assert.equal(fold([chunk(delta), chunk({}, reason)]).finish, finish, reason);
  }
  const refusals: [readonly unknown[], string, RegExp][] = [
    [[chunk({ content: "I will now" }), chunk({}, "tool_calls")], "malformed", /has none/],
    [[chunk({}, "constructor")], "malformed", /unknown reason "constructor"/],
    [[chunk({ content: "x" })], "cut", /without a finish reason/],
    [[chunk({ content: "x" }, "")], "cut", /without a finish reason/],
    [[], "cut", /without a finish reason/],
    [[chunk({ tool_calls: [delta(0, "c1", undefined, '{"n":1}')] }, "tool_calls")], "malformed", /naming/],
  ];
  for (const [chunks, code, message] of refusals) {
    assert.throws(() => fold(chunks), (error) => {
      assert.ok(error instanceof ProviderError);
      assert.deepEqual([error.code, error.retryable], [code, true]);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("ChatFold takes usage from wherever it stands, the last report counting", () => {
  const usage = { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: null };
  const early = fold([{ ...chunk({ content: "x" }), usage: { prompt_tokens: 1 } }, chunk({}, "stop"), {
    choices: [],
    usage,
  }]);
  assert.deepEqual(early.usage, { input: 10, cached: 0, output: 4, reasoning: 0 });
  const odd = fold([{
    ...chunk({}, "stop"),
    usage: { prompt_tokens: "7", completion_tokens: -1, prompt_cache_hit_tokens: 5 },
  }]);
  assert.deepEqual(odd.usage, { input: 7, cached: 5, output: 0, reasoning: 0 });
});

Deno.test("ChatFold reads reasoning under both names, text in parts and refusals", () => {
  const reply = fold([
    chunk({ reasoning: "a" }),
    chunk({ reasoning_content: "b", reasoning: "b" }),
    chunk({ content: [{ type: "text", text: "one " }, { type: "text", text: "two" }] }),
    chunk({ refusal: " no" }, "stop"),
  ]);
  assert.deepEqual(reply.message, {
    role: "assistant",
    content: "one two no",
    toolCalls: [],
    reasoning: "ab",
    carried: carriedWith({ reasoning: "ab", reasoning_content: "b" }),
  });
});

Deno.test("ChatFold notices an answer that no model writes", () => {
  const answer = new ChatFold(ANSWERED_BY);
  answer.add(chunk({ content: "x".repeat(32_000_000) }));
  assert.equal(isTooLong(answer), false);
  answer.add(chunk({ tool_calls: [delta(0, "c1", "a", "y")] }));
  assert.equal(isTooLong(answer), true);
  const calling = new ChatFold(ANSWERED_BY);
  calling.add(chunk({ tool_calls: Array.from({ length: 10_000 }, (_, n) => delta(n, `c${n}`, "a", "")) }));
  assert.equal(isTooLong(calling), false);
  calling.add(chunk({ tool_calls: [delta(10_000, "c", "a", "")] }));
  assert.equal(isTooLong(calling), true);
});

/** The reply to chunks with one choice each, closed by the server. */
function closed(...choices: readonly Record<string, unknown>[]): ModelReply {
  const answer = new ChatFold(ANSWERED_BY);
  const seen = choices.flatMap((choice) => answer.add({ choices: [choice] }));
  seen.push(...answer.close());
  const reply = answer.end((state) => state, { taken: new Set(), newId: () => "new" });
  const of = (type: string) =>
    seen.map((each) => each.type === type && "delta" in each ? each.delta : "").join("");
  assert.equal(of("text"), reply.message.content, "what was seen is what was said");
  assert.equal(of("reasoning"), reply.message.reasoning ?? "");
  return reply;
}

Deno.test("ChatFold takes an answer without a finish reason for a whole one once the server closed it", () => {
  const call = delta(0, "c1", "a", "{}");
  const cases: [Record<string, unknown>, string][] = [
    [{ delta: { content: "all" } }, "stop"],
    [{ delta: { content: "all" }, finish_reason: "" }, "stop"],
    [{ delta: { tool_calls: [call] }, finish_reason: null }, "tool_calls"],
    [{ message: { content: "all" } }, "stop"],
    [{ message: { content: null, tool_calls: [call] } }, "tool_calls"],
    [{ delta: { content: "" } }, "stop"],
  ];
  for (const [choice, finish] of cases) assert.equal(closed(choice).finish, finish, JSON.stringify(choice));
  const nothing = new ChatFold(ANSWERED_BY);
  nothing.add({ object: "weather", status: "fine" });
  nothing.close();
  assert.throws(
    () => nothing.end((state) => state, { taken: new Set(), newId: () => "" }),
    /no answer in it/,
  );
});

Deno.test("ChatFold takes a whole completion without a reason for complete, even where the server does not say so", () => {
  const whole = { object: "chat.completion", choices: [{ message: { content: "all" } }] };
  assert.equal(fold([whole]).message.content, "all");
});

const DOUBLED: readonly (readonly [claim: string, choices: readonly Record<string, unknown>[]])[] = [
  ["an empty delta beside a message", [{
    delta: { role: "assistant", content: "" },
    message: { content: "one two" },
  }]],
  ["deltas and then the message", [{ delta: { content: "one " } }, { delta: { content: "two" } }, {
    message: { content: "one two" },
  }]],
  ["a message that grows beside the deltas", [
    { delta: { content: "one " }, message: { content: "one " } },
    { delta: { content: "two" }, message: { content: "one two" } },
    { delta: {}, message: { content: "one two" } },
  ]],
  ["a message that grows in place of deltas", [{ message: { content: "one " } }, {
    message: { content: "one two" },
  }]],
  ["a message in pieces", [{ message: { content: "one " } }, { message: { content: "two" } }]],
  ["a message that says it otherwise", [{ delta: { content: "one two" } }, {
    message: { content: "One two." },
  }]],
  ["deltas that end before the message does", [{ delta: { content: "one" } }, {
    message: { content: "one two" },
  }]],
  ["text without a delta", [{ text: "one " }, { text: "two" }]],
];

for (const [claim, choices] of DOUBLED) {
  Deno.test(`ChatFold says text once: ${claim}`, () => {
    assert.equal(closed(...choices).message.content, "one two");
  });
}

Deno.test("ChatFold says reasoning, calls and carried fields once that a whole message repeats", () => {
  const call = delta(0, "c1", "a", "{}");
  const { message } = closed(
    { delta: { reasoning_content: "hm" } },
    { delta: { tool_calls: [call] } },
    { delta: {}, message: { reasoning_content: "hm", content: "", tool_calls: [call] } },
  );
  assert.deepEqual(message, {
    role: "assistant",
    content: "",
    toolCalls: [{ id: "c1", name: "a", arguments: "{}" }],
    reasoning: "hm",
    carried: carriedWith({ reasoning_content: "hm" }),
  });
});

Deno.test("ChatFold reads the one choice that was asked for, whatever others come", () => {
  const said = (index: unknown, content: string) => ({ index, delta: { content } });
  const reply = fold([
    { choices: [said(1, "w"), said(0, "a")] },
    { choices: [said(1, "x"), said("0", "b")] },
    { choices: null },
    { choices: [] },
    { choices: [said(1, "y")] },
    { choices: [{ index: 1, delta: {}, finish_reason: "length" }] },
    { choices: [{ index: 0, delta: { content: "c" }, finish_reason: "stop" }] },
  ]);
  assert.deepEqual([reply.message.content, reply.finish], ["abc", "stop"]);
});

Deno.test("ChatFold joins the text and the calls that a server puts into two choices", () => {
  const calls = { tool_calls: [delta(undefined, "c1", "a", "{}")] };
  const reply = fold([{
    choices: [{ message: { content: "so" }, finish_reason: "tool_calls" }, {
      message: calls,
      finish_reason: "tool_calls",
    }],
  }]);
  assert.deepEqual([reply.message.content, reply.message.toolCalls.length], ["so", 1]);
});

Deno.test("ChatFold lets no orderly reason undo the cut that was told before it", () => {
  assert.equal(fold([chunk({ content: "x" }, "length"), chunk({}, "stop")]).finish, "length");
  assert.equal(fold([chunk({ content: "x" }, "stop"), chunk({}, "length")]).finish, "length");
});

const REASONING: readonly (readonly [claim: string, delta: Record<string, unknown>])[] = [
  ["reasoning_content", { reasoning_content: "hm" }],
  ["reasoning", { reasoning: "hm" }],
  ["reasoning beside its details", {
    reasoning: "hm",
    reasoning_details: [{ type: "reasoning.text", text: "hm" }],
  }],
  ["details only", { reasoning_details: [{ type: "reasoning.text", text: "h" }, { summary: "m" }] }],
  ["thinking", { thinking: "hm" }],
  ["an object", { reasoning: { content: "hm" } }],
  ["parts of the content", { content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }],
];

for (const [claim, said] of REASONING) {
  Deno.test(`ChatFold reads reasoning from ${claim}`, () => {
    assert.equal(closed({ delta: said }, { delta: { content: "so" } }).message.reasoning, "hm");
    assert.equal(closed({ message: said }).message.reasoning, "hm");
  });
}

Deno.test("ChatFold carries content in parts back as its server wrote it, its pieces joined", () => {
  const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });
  const { message } = closed(
    { delta: { content: [thinking("I ")] } },
    { delta: { content: [thinking("see")] } },
    { delta: { content: "So" } },
    { delta: { content: [{ type: "reference", reference_ids: [1] }, { type: "text", text: "." }] } },
    { delta: { content: "" } },
  );
  const content = [
    thinking("I see"),
    { type: "text", text: "So" },
    { type: "reference", reference_ids: [1] },
    { type: "text", text: "." },
  ];
  assert.deepEqual(message, {
    role: "assistant",
    content: "So.",
    toolCalls: [],
    reasoning: "I see",
    carried: { ...ANSWERED_BY, api: "chat", items: [{ type: "message", fields: { content }, chars: 3 }] },
  });
});

Deno.test("ChatFold takes thinking in tags for reasoning, and gives it back as it stood", () => {
  const { message } = closed({ delta: { content: "<think>hm" } }, { delta: { content: "</think>\n\nSo." } });
  assert.deepEqual([message.content, message.reasoning, message.carried?.items], ["So.", "hm", [
    { type: "message", fields: { content: "<think>hm</think>\n\nSo." }, chars: 3 },
  ]]);
  assert.equal(closed({ message: { content: "<think>\nonly that\n</think>\n" } }).message.content, "");
});
