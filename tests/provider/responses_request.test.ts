import assert from "node:assert/strict";
import { ProviderError } from "../../lib/support/errors.ts";
import {
  callItem,
  eventsOf,
  messageItem,
  reasoningItem,
  respond,
  response,
  responsesBodyOf,
  sendEvents,
} from "../support/responses_reply.ts";
import {
  type Handler,
  type Reply,
  say,
  silence,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { ask, type AskOptions, HELLO } from "./ask_model.ts";

/** Asks a server over the Responses wire. */
async function askServer(reply: Reply | { readonly handler: Handler }, options: AskOptions = {}) {
  await using server = await startScriptedServer("handler" in reply ? reply.handler : () => reply);
  return { ...await ask(server.baseUrl, { ...options, api: "responses" }), requests: server.requests };
}

const USAGE = { input: 100, cached: 64, output: 20, reasoning: 8 };

Deno.test("request() over the Responses wire streams and returns the whole with its usage", async () => {
  const { events, reply, outcomes, requests } = await askServer(
    respond(reasoningItem("enc", ["hm"]), messageItem("hello you"), callItem("a", { x: 1 }, "c1")),
    { reasoningEffort: "low", outputLimit: 900 },
  );
  assert.deepEqual(events, [
    { type: "reasoning", delta: "hm" },
    { type: "text", delta: "hello" },
    { type: "text", delta: " you" },
  ]);
  assert.deepEqual(reply?.finish, "tool_calls");
  assert.deepEqual(reply?.message.toolCalls, [{ id: "c1", name: "a", arguments: `{"x":1}` }]);
  assert.deepEqual(outcomes, [{ usage: USAGE, error: null, answerChars: 18 }]);
  const body = responsesBodyOf(requests[0]!);
  assert.deepEqual([body.input[0].content, body.reasoning, body.max_output_tokens, body.messages], [
    "hello",
    { effort: "low" },
    900,
    undefined,
  ]);
  assert.equal(requests[0]?.headers.authorization, "Bearer sk-planted-key");
});

Deno.test("request() over the Responses wire takes a JSON answer for the same as a stream", async () => {
  const { reply, events } = await askServer(status(200, response([messageItem("hi")])));
  assert.deepEqual([reply?.message.content, reply?.finish, events], ["hi", "stop", [{
    type: "text",
    delta: "hi",
  }]]);
});

const whole = eventsOf([messageItem("half")]);
const failed = { code: "rate_limit_exceeded", message: "Slow down" };

/** Broken answers, with the code and whether another try may help. */
const FAILURES: readonly (readonly [claim: string, reply: Reply, code: string, retryable: boolean])[] = [
  ["no end", sendEvents(whole.slice(0, -1)), "cut", true],
  [
    "response.failed",
    sendEvents([{ type: "response.failed", response: { status: "failed", error: failed } }]),
    "rate_limited",
    true,
  ],
  [
    "an error event",
    sendEvents([{ type: "error", code: "server_error", message: "no luck" }]),
    "server",
    true,
  ],
  [
    "a prompt that is refused",
    sendEvents([{
      type: "response.failed",
      response: { status: "failed", error: { code: "invalid_prompt", message: "not that" } },
    }]),
    "bad_request",
    false,
  ],
  [
    "a JSON answer that failed",
    status(200, response([], { status: "failed", error: failed })),
    "rate_limited",
    true,
  ],
  ["an answer of the other wire", say("hi"), "malformed", true],
  ["503", status(503, { error: { message: "busy" } }), "server", true],
  ["400", status(400, { error: { message: "no such field" } }), "bad_request", false],
];

for (const [claim, reply, code, retryable] of FAILURES) {
  Deno.test(`request() over the Responses wire tells a broken answer: ${claim}`, async () => {
    const { error } = await askServer(reply);
    assert.ok(error instanceof ProviderError);
    assert.deepEqual([error.code, error.retryable], [code, retryable]);
  });
}

Deno.test("request() over the Responses wire settles the usage that a failing answer has reported", async () => {
  const last = { type: "response.failed", response: response([], { status: "failed", error: failed }) };
  const { outcomes } = await askServer(sendEvents([last]));
  assert.deepEqual(outcomes.map(({ usage }) => usage), [USAGE]);
});

Deno.test("request() over the Responses wire gives up on silence", async () => {
  const { error } = await askServer(silence(), { idleMs: 50 });
  assert.ok(error instanceof ProviderError);
  assert.equal(error.code, "timeout");
});

Deno.test("request() over the Responses wire gives the model its reasoning back in the next turn", async () => {
  const reasoning = reasoningItem("enc", ["hm"]);
  const call = callItem("a", { x: 1 }, "c1");
  const first = await askServer(respond(reasoning, call));
  const message = first.reply!.message;
  const messages = [...HELLO.messages, message, { role: "tool", callId: "c1", content: "one" } as const];
  const next = await askServer(respond(messageItem("done")), { request: { messages, tools: [] } });
  const { id: _, status: __, ...said } = call;
  assert.deepEqual(responsesBodyOf(next.requests[0]!).input, [
    { type: "message", role: "user", content: "hello" },
    reasoning,
    said,
    { type: "function_call_output", call_id: "c1", output: "one" },
  ]);
});
