import assert from "node:assert/strict";
import fc from "fast-check";
import { ResponsesFold } from "../../lib/provider/fold_responses.ts";
import type { ModelEvent } from "../../lib/provider/provider.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import {
  callItem,
  eventsOf,
  messageItem,
  reasoningItem,
  response,
  type Wired,
} from "../support/responses_reply.ts";

const MODEL = { provider: "test", model: "m1", account: "key1" };
const USAGE = { input: 100, cached: 64, output: 20, reasoning: 8 };
const complain = (state: string) => `It: ${state}`;

function fold(events: readonly unknown[], taken: readonly string[] = []) {
  const answer = new ResponsesFold(MODEL);
  const seen = events.flatMap((event) => answer.add(event));
  let made = 0;
  const reply = answer.end(complain, { taken: new Set(taken), newId: () => `new${++made}` });
  return { answer, seen, reply, ...reply };
}

function said(events: readonly ModelEvent[], type: "text" | "reasoning"): string {
  return events.map((event) => event.type === type ? event.delta : "").join("");
}

function failure(events: readonly unknown[]): unknown {
  try {
    fold(events);
  } catch (error) {
    assert.ok(error instanceof ProviderError);
    return [error.code, error.retryable, error.message];
  }
  return null;
}

const ITEMS = [
  reasoningItem("enc1", ["First I look.", "Then I write."]),
  messageItem("Let me see, ", { phase: "commentary" }),
  callItem("read_file", { path: "a.txt" }, "c1"),
  reasoningItem("enc2"),
  callItem("read_file", { path: "b.txt" }, "c2"),
];

const CALLS = [
  { id: "c1", name: "read_file", arguments: `{"path":"a.txt"}` },
  { id: "c2", name: "read_file", arguments: `{"path":"b.txt"}` },
];

Deno.test("ResponsesFold folds reasoning, text and calls, with their order and what is to be sent back", () => {
  const { reply, seen } = fold(eventsOf(ITEMS));
  assert.deepEqual(reply, {
    message: {
      role: "assistant",
      content: "Let me see, ",
      toolCalls: CALLS,
      reasoning: "First I look.\n\nThen I write.",
      carried: {
        ...MODEL,
        api: "responses",
        items: [
          ITEMS[0],
          { type: "message", chars: 12, phase: "commentary" },
          { type: "function_call", call_id: "c1" },
          ITEMS[3],
          { type: "function_call", call_id: "c2" },
        ],
      },
    },
    finish: "tool_calls",
    usage: USAGE,
  });
  assert.equal(said(seen, "text"), "Let me see, ");
  assert.equal(said(seen, "reasoning"), "First I look.\n\nThen I write.");
});

const ENDED = { type: "response.completed", response: response([]) };

/** The same answer as servers send it that do less, or more, than the reference says. */
const WAYS: readonly (readonly [claim: string, events: readonly Wired[]])[] = [
  ["whole at the end only", [{ type: "response.completed", response: response(ITEMS) }]],
  ["as JSON instead of a stream", [response(ITEMS)]],
  ["as items that come whole", [
    ...ITEMS.map((item, output_index) => ({ type: "response.output_item.done", output_index, item })),
    ENDED,
  ]],
  ["as items without index", [
    ...ITEMS.map((item) => ({ type: "response.output_item.done", item })),
    { type: "response.completed", response: response(ITEMS) },
  ]],
  ["in pieces without a word when an item is whole", [
    ...eventsOf(ITEMS).filter(({ type }) => type !== "response.output_item.done"),
  ]],
  ["in pieces without a begin", eventsOf(ITEMS).filter(({ type }) => type !== "response.output_item.added")],
  ["under one index for all", eventsOf(ITEMS).map((event) => ({ ...event, output_index: 0 }))],
  [
    "with another id in each event",
    eventsOf(ITEMS).map((event, index) => "item_id" in event ? { ...event, item_id: `x${index}` } : event),
  ],
  [
    "with events that nobody knows",
    eventsOf(ITEMS).flatMap((event) =>
      [
        event,
        { type: "response.sunshine", response: { output: "x" } },
        "what",
        null,
        { type: "response.output_item.added", item: { type: "web_search_call", id: "ws1" } },
      ] as never[]
    ),
  ],
  ["with `response.done` for an end", [{ type: "response.done", response: response(ITEMS) }]],
];

for (const [claim, events] of WAYS) {
  Deno.test(`ResponsesFold reads the same answer ${claim}`, () => {
    const { message, finish, seen } = fold(events);
    assert.deepEqual([message.content, message.toolCalls, finish], ["Let me see, ", CALLS, "tool_calls"]);
    assert.equal(message.reasoning, "First I look.\n\nThen I write.");
    const kinds = (message.carried?.items ?? []).map((item) => (item as Wired).type); // made by the fold
    assert.deepEqual(kinds, ["reasoning", "message", "function_call", "reasoning", "function_call"]);
    assert.deepEqual([said(seen, "text"), said(seen, "reasoning")], [message.content, message.reasoning]);
  });
}

Deno.test("ResponsesFold keeps calls apart whose pieces are mixed", () => {
  const piece = (output_index: number, delta: string) => ({
    type: "response.function_call_arguments.delta",
    output_index,
    delta,
  });
  const begin = (output_index: number, name: string) => ({
    type: "response.output_item.added",
    output_index,
    item: { type: "function_call", name, call_id: `c${output_index}`, arguments: "" },
  });
  const mixed = [
    begin(0, "a"),
    begin(1, "b"),
    piece(0, `{"x"`),
    piece(1, `{"y"`),
    piece(0, ":1}"),
    piece(1, ":2}"),
  ];
  assert.deepEqual(fold([...mixed, ENDED]).message.toolCalls, [
    { id: "c0", name: "a", arguments: `{"x":1}` },
    { id: "c1", name: "b", arguments: `{"y":2}` },
  ]);
});

Deno.test("ResponsesFold gives every call an id of its own and leaves arguments as they were written", () => {
  const bare = { type: "function_call", name: "a", arguments: "{oops" };
  const output = [bare, callItem("b", "", "c1"), callItem("c", {}, "used"), { ...bare, arguments: { x: 1 } }];
  assert.deepEqual(fold([response(output)], ["used"]).message.toolCalls, [
    { id: "new1", name: "a", arguments: "{oops" },
    { id: "c1", name: "b", arguments: "{}" },
    { id: "new2", name: "c", arguments: "{}" },
    { id: "new3", name: "a", arguments: `{"x":1}` },
  ]);
});

Deno.test("ResponsesFold says honestly how an answer ended", () => {
  const incomplete = (reason: string) => ({
    type: "response.incomplete",
    response: response([messageItem("half")], { status: "incomplete", incomplete_details: { reason } }),
  });
  assert.equal(fold([response([messageItem("all")])]).finish, "stop");
  assert.equal(fold([incomplete("max_output_tokens")]).finish, "length");
  assert.equal(fold([incomplete("content_filter")]).finish, "content_filter");
  assert.equal(fold([incomplete("weather")]).finish, "length");
});

Deno.test("ResponsesFold shows a refusal as what the assistant said", () => {
  const content = [{ type: "refusal", refusal: "I will not" }];
  const events = [
    { type: "response.refusal.delta", output_index: 0, delta: "I will" },
    { type: "response.completed", response: response([messageItem("", { content })]) },
  ];
  const { message, finish, seen } = fold(events);
  assert.deepEqual([message.content, finish, said(seen, "text")], ["I will not", "stop", "I will not"]);
});

Deno.test("ResponsesFold tells an answer that was cut from one that has ended", () => {
  const cut = ["cut", true, "It: the stream ended without saying that it was complete"];
  assert.deepEqual(failure(eventsOf(ITEMS).slice(0, -1)), cut);
  assert.deepEqual(failure([]), cut);
  const open = ["cut", true, 'It: the server broke off for the reason "in_progress"'];
  assert.deepEqual(failure([response(ITEMS, { status: "in_progress" })]), open);
});

Deno.test("ResponsesFold takes parts that come whole in place of pieces, each once", () => {
  const part = (type: string, text: string) => ({ type: `response.${type}.done`, output_index: 0, text });
  const delta = { type: "response.output_text.delta", output_index: 0, delta: "So." };
  const end = { type: "response.completed", response: { status: "completed", output: [] } };
  const whole = [part("reasoning_text", "hm"), part("output_text", "So.")];
  for (const events of [[...whole, end], [whole[0], delta, whole[1], end]]) {
    const { message, seen } = fold(events);
    assert.deepEqual([message.content, message.reasoning, said(seen, "text")], ["So.", "hm", "So."]);
  }
});

Deno.test("ResponsesFold reads thinking in tags, an answer that [DONE] closes, and a call that is sent again", () => {
  const call = { type: "function_call", call_id: "c1", name: "a", arguments: "{}" };
  const answer = new ResponsesFold(MODEL);
  for (const delta of ["<thi", "nk>hm</think>", "\nSo."]) {
    answer.add({ type: "response.output_text.delta", output_index: 0, delta });
  }
  answer.add({ type: "response.output_item.done", output_index: 1, item: { ...call, id: "i1" } });
  answer.add({ type: "response.output_item.done", output_index: 2, item: { ...call, id: "i2" } });
  answer.close();
  const { message, finish } = answer.end(complain, { taken: new Set(), newId: () => "new" });
  assert.deepEqual([message.content, message.reasoning, message.toolCalls, finish], ["So.", "hm", [
    { id: "c1", name: "a", arguments: "{}" },
  ], "tool_calls"]);
});

Deno.test("ResponsesFold says what was seen where the whole message says it otherwise", () => {
  const delta = { type: "response.output_text.delta", output_index: 0, delta: "So and" };
  const end = (text: string) => ({ type: "response.completed", response: response([messageItem(text)]) });
  for (const text of ["So or so.", "So"]) {
    const { message, seen } = fold([delta, end(text)]);
    assert.deepEqual([message.content, said(seen, "text")], ["So and", "So and"]);
  }
});

Deno.test("ResponsesFold refuses a call without a name", () => {
  const output = [{ type: "function_call", call_id: "c1", arguments: `{"x":1}` }];
  assert.deepEqual(failure([response(output)]), ["malformed", true, "It: it calls a tool without naming it"]);
});

Deno.test("ResponsesFold keeps what a server says that it failed with", () => {
  const answer = new ResponsesFold(MODEL);
  const error = { code: "server_error", message: "no luck" };
  answer.add({ type: "response.failed", response: response([], { status: "failed", error }) });
  assert.deepEqual([answer.failure, answer.isFinished, answer.usage], [error, false, USAGE]);
});

Deno.test("ResponsesFold carries nothing that its server could not read again", () => {
  const bare = { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }] };
  const { message } = fold([response([bare, messageItem("hi")])]);
  assert.deepEqual(message, { role: "assistant", content: "hi", toolCalls: [], reasoning: "hm" });
});

Deno.test("ResponsesFold survives any events", () => {
  const types = fc.constantFrom(...new Set(eventsOf(ITEMS).map(({ type }) => type)), "error", "x");
  const item = fc.oneof(fc.anything(), fc.constantFrom(...ITEMS));
  const event = fc.record({
    type: types,
    item,
    output_index: fc.oneof(fc.nat(3), fc.anything()),
    item_id: fc.anything(),
    delta: fc.oneof(fc.string(), fc.anything()),
    response: fc.oneof(fc.record({ output: fc.array(item), status: fc.anything() }), fc.anything()),
  }, { requiredKeys: ["type"] });
  fc.assert(fc.property(fc.array(fc.oneof(event, fc.anything())), (events) => {
    const answer = new ResponsesFold(MODEL);
    const seen = events.flatMap((each) => answer.add(each));
    assert.ok(answer.chars >= said(seen, "text").length + said(seen, "reasoning").length);
  }));
});
