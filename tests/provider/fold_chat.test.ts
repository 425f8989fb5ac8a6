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

Deno.test("ChatFold takes any JSON for a chunk", () => {
  fc.assert(fc.property(fc.array(fc.jsonValue()), (chunks) => {
    const answer = new ChatFold(ANSWERED_BY);
    for (const each of chunks) answer.add(each);
    assert.equal(answer.isFinished, false);
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
  assert.deepEqual(odd.usage, { input: 0, cached: 0, output: 0, reasoning: 0 });
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
});
