import assert from "node:assert/strict";
import { fingerprintOf } from "../../lib/provider/credential.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import type { Broker, ModelEvent } from "../../lib/provider/provider.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import {
  callTools,
  chunk,
  type Handler,
  openStream,
  raw,
  type Reply,
  say,
  silence,
  sse,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { ask, type AskOptions, HELLO, testBroker } from "./ask_model.ts";

/** Asks a server that answers every request so. */
async function askServer(reply: Reply | { readonly handler: Handler }, options: AskOptions = {}) {
  await using server = await startScriptedServer("handler" in reply ? reply.handler : () => reply);
  return { ...await ask(server.baseUrl, options), requests: server.requests };
}

/** Writes these lines as an event stream and then ends it, or breaks the connection. */
function lines(texts: readonly string[], ending: "end" | "break" | "open" = "end"): Reply {
  return raw(async (response, { signal }) => {
    openStream(response);
    for (const text of texts) response.write(text);
    if (ending === "end") return void response.end();
    if (ending === "break") {
      await new Promise<void>((resolve) => response.write(":\n", () => resolve()));
      return void response.destroy();
    }
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  });
}

function textOf(event: ModelEvent): string {
  return "delta" in event ? event.delta : event.type;
}

function codeOf(error: unknown): unknown {
  assert.ok(error instanceof ProviderError, `not a ProviderError: ${error}`);
  return { code: error.code, retryable: error.retryable };
}

Deno.test("request() streams text and reasoning and returns the whole with its usage", async () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    prompt_tokens_details: { cached_tokens: 64 },
    completion_tokens_details: { reasoning_tokens: 8 },
  };
  const { events, reply, outcomes } = await askServer(
    say("héllo wörld", { chunks: 2, reasoning: "hm", usage }),
  );
  assert.deepEqual(events, [
    { type: "reasoning", delta: "hm" },
    { type: "text", delta: "héllo " },
    { type: "text", delta: "wörld" },
  ]);
  const tokens = { input: 100, cached: 64, output: 20, reasoning: 8 };
  assert.deepEqual(reply, {
    message: {
      role: "assistant",
      content: "héllo wörld",
      toolCalls: [],
      reasoning: "hm",
      carried: {
        provider: "test",
        model: "m1",
        account: fingerprintOf("sk-planted-key"),
        api: "chat",
        items: [{ type: "message", fields: { reasoning_content: "hm" } }],
      },
    },
    finish: "stop",
    usage: tokens,
    by: { provider: "test", model: "m1", reasoningEffort: null },
  });
  assert.deepEqual(outcomes, [{ usage: tokens, error: null, answerChars: 13 }]);
});

Deno.test("request() sends only what the lease and the request hold", async () => {
  const bare = await askServer(say("x"));
  assert.deepEqual(bare.requests[0]?.body, {
    model: "m1",
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content: "hello" }],
  });
  assert.equal(bare.requests[0]?.headers.authorization, "Bearer sk-planted-key");
  const tool = { name: "a", description: "d", parameters: { type: "object" } };
  const full = await askServer(say("x"), {
    key: null,
    outputLimit: 77,
    reasoningEffort: "low",
    headers: { "x-title": "t" },
    request: { messages: [{ role: "system", content: "s" }, ...HELLO.messages], tools: [tool] },
  });
  assert.equal(full.requests[0]?.headers.authorization, undefined);
  assert.equal(full.requests[0]?.headers["x-title"], "t");
  assert.equal(
    full.requests[0]?.raw,
    JSON.stringify({
      model: "m1",
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: "low",
      tools: [{ type: "function", function: tool }],
      messages: [{ role: "system", content: "s" }, { role: "user", content: "hello" }],
      max_completion_tokens: 77,
    }),
  );
});

Deno.test("request() puts parallel calls together, whole or in interleaved pieces", async () => {
  const calls = [{ name: "a", args: { text: "one; two" }, id: "c1" }, { name: "b", args: {}, id: "c2" }];
  for (const pieces of [false, true]) {
    const { reply } = await askServer(callTools(calls, { pieces }));
    assert.equal(reply?.finish, "tool_calls");
    assert.deepEqual(reply?.message.toolCalls, [
      { id: "c1", name: "a", arguments: '{"text":"one; two"}' },
      { id: "c2", name: "b", arguments: "{}" },
    ]);
  }
});

Deno.test("request() takes a complete answer in JSON for the same as a stream", async () => {
  const { events, reply } = await askServer(status(200, {
    object: "chat.completion",
    choices: [{
      message: {
        role: "assistant",
        content: "well",
        tool_calls: [
          { id: "c1", type: "function", function: { name: "a", arguments: '{"n":1}' } },
          { id: "c1", type: "function", function: { name: "a", arguments: { n: 2 } } },
        ],
      },
      finish_reason: "stop",
    }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  }));
  assert.deepEqual(events, [{ type: "text", delta: "well" }]);
  assert.deepEqual(reply?.message.toolCalls.map((call) => call.arguments), ['{"n":1}', '{"n":2}']);
  assert.equal(new Set(reply?.message.toolCalls.map((call) => call.id)).size, 2);
  assert.deepEqual([reply?.finish, reply?.usage], ["tool_calls", {
    input: 3,
    cached: 0,
    output: 2,
    reasoning: 0,
  }]);
});

Deno.test("request() needs neither [DONE] nor an orderly end after a finish reason", async () => {
  const answer = [sse(chunk({ content: "all" })), sse(chunk({}, "stop"))];
  for (const ending of ["end", "break"] as const) {
    const { reply } = await askServer(lines(answer, ending));
    assert.deepEqual([reply?.message.content, reply?.finish, reply?.usage], ["all", "stop", null]);
  }
});

Deno.test("request() does not wait long for a server that stays silent after the finish reason", async () => {
  const { reply } = await askServer(lines([sse(chunk({ content: "all" }, "length"))], "open"), {
    idleMs: 100,
  });
  assert.deepEqual([reply?.message.content, reply?.finish], ["all", "length"]);
});

Deno.test("request() tells every broken answer by its code", async () => {
  const half = sse(chunk({ content: "half" }));
  const page = "<!DOCTYPE html><title>Sign in</title>";
  const cases: [string, Reply, unknown][] = [
    ["no finish reason", lines([half]), { code: "cut", retryable: true }],
    ["[DONE] without an answer", lines([sse("[DONE]")]), { code: "malformed", retryable: true }],
    ["nothing but signs of life", lines([": alive\n\n", sse("ping"), sse("")]), {
      code: "cut",
      retryable: true,
    }],
    ["a broken connection", lines([half], "break"), { code: "cut", retryable: true }],
    ["nothing", lines([]), { code: "cut", retryable: true }],
    ["chunks that are no JSON", lines([half, "data: {oops\n\n"]), { code: "malformed", retryable: true }],
    ["a web page", status(200, page, { "content-type": "text/html" }), {
      code: "malformed",
      retryable: false,
    }],
    ["JSON cut short", status(200, '{"choices"', { "content-type": "application/json" }), {
      code: "malformed",
      retryable: true,
    }],
    ["an unknown reason", lines([sse(chunk({}, "constructor"))]), { code: "malformed", retryable: true }],
    ["promised calls without one", lines([half, sse(chunk({}, "tool_calls"))]), {
      code: "malformed",
      retryable: true,
    }],
    ["an error in the stream", lines([half, sse({ error: { message: "x", code: 503 } })]), {
      code: "server",
      retryable: true,
    }],
    [
      "an error of a choice that ends with it",
      lines([sse({
        choices: [{
          delta: {},
          finish_reason: "error",
          error: { message: "maximum context length is 10", code: 400 },
        }],
      })]),
      { code: "context_length", retryable: false },
    ],
    [
      "calls without end",
      lines([
        sse(
          chunk({ tool_calls: Array.from({ length: 10_001 }, (_, index) => ({ index, id: `c${index}` })) }),
        ),
      ]),
      { code: "malformed", retryable: false },
    ],
    ["a field named error", lines([half, 'error: {"message":"x","code":503}\n\n']), {
      code: "server",
      retryable: true,
    }],
    ["an error after the events", lines([half, '{"error":\n{"message":"x","code":503}}']), {
      code: "server",
      retryable: true,
    }],
    ["a rate limit in the stream", lines([sse({ error: { message: "x", code: "rate_limit_exceeded" } })]), {
      code: "rate_limited",
      retryable: true,
    }],
    ["an error in JSON", status(200, { error: { message: "maximum context length is 10" } }), {
      code: "context_length",
      retryable: false,
    }],
  ];
  for (const [name, reply, expected] of cases) {
    assert.deepEqual(codeOf((await askServer(reply)).error), expected, name);
  }
});

Deno.test("request() says what failed in the server's own words, wherever in a chunk they stand", async () => {
  const error = { code: 502, message: "up died" };
  const members: readonly Record<string, unknown>[] = [
    { error },
    { choices: [], error },
    { choices: [{ index: 0, delta: {}, finish_reason: "error", error }] },
    { choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }], error },
    { choices: [{ index: 0, delta: { error }, finish_reason: "stop" }] },
  ];
  for (const member of members) {
    const { error: thrown } = await askServer(lines([sse(chunk({ content: "half" })), sse(member)]));
    assert.match(String(thrown), /broke off with an error: up died$/, JSON.stringify(member));
    assert.deepEqual(codeOf(thrown), { code: "server", retryable: true }, JSON.stringify(member));
  }
});

Deno.test("request() settles the usage that a failing answer has reported", async () => {
  const usage = { prompt_tokens: 9, completion_tokens: 1 };
  const { outcomes } = await askServer(lines([sse({ ...chunk({ content: "x" }), usage })], "break"));
  assert.deepEqual(outcomes, [{
    usage: { input: 9, cached: 0, output: 1, reasoning: 0 },
    error: { code: "cut" },
    answerChars: 1,
    unreportedChars: 0,
  }]);
});

Deno.test("request() settles the usage that comes with an error, and takes none after the end for one", async () => {
  const usage = { prompt_tokens: 9, completion_tokens: 1 };
  const error = { message: "it broke", code: 500 };
  const half = sse(chunk({ content: "x" }));
  const failed = await askServer(lines([half, sse({ error, usage })]));
  assert.deepEqual(failed.outcomes, [{
    usage: { input: 9, cached: 0, output: 1, reasoning: 0 },
    error: { code: "server", status: 500 },
    answerChars: 1,
  }]);
  const late = await askServer(lines([half, sse(chunk({}, "stop")), sse({ error })]));
  assert.deepEqual([late.reply?.message.content, late.error], ["x", null]);
});

Deno.test("request() reads events and documents under any content type", async () => {
  const whole = JSON.stringify({ choices: [{ message: { content: "all" } }] });
  const events = sse(chunk({ content: "all" })) + sse("[DONE]");
  for (const type of ["application/json", "text/event-stream", "text/plain", "text/html"]) {
    for (const body of [whole, events]) {
      const { reply } = await askServer(status(200, body, { "content-type": type }));
      assert.deepEqual([reply?.message.content, reply?.finish], ["all", "stop"], `${type}: ${body}`);
    }
  }
});

Deno.test("request() gives up on silence and counts comments as life", async () => {
  const quiet = await askServer(silence(), { idleMs: 50 });
  assert.deepEqual(codeOf(quiet.error), { code: "timeout", retryable: true });
  assert.match(String(quiet.error), /sent nothing for 0.05 s/);
  const alive = raw(async (response, { signal }) => {
    openStream(response);
    for (let count = 0; count < 8 && !signal.aborted; count++) {
      response.write(": waiting\n\n");
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    response.end(sse(chunk({ content: "late" }, "stop")));
  });
  assert.equal((await askServer(alive, { idleMs: 200 })).reply?.message.content, "late");
});

Deno.test("request() closes the connection at once when its signal aborts", async () => {
  for (const reply of [silence(), lines([sse(chunk({ content: "half" }))], "open")]) {
    await using server = await startScriptedServer(() => reply);
    const stop = new AbortController();
    const reason = new Error("enough");
    const asked = ask(server.baseUrl, { signal: stop.signal, attempts: 4 });
    const request = await server.waitForRequest(() => true);
    stop.abort(reason);
    const { error, outcomes } = await asked;
    await request.ended;
    assert.equal(error, reason);
    assert.equal(request.aborted, true);
    assert.deepEqual(outcomes, [{ usage: null, error: { code: "aborted" }, answerChars: 0 }]);
  }
});

Deno.test("request() gives the lease back and hangs up when its reader stops early", async () => {
  await using server = await startScriptedServer(() => lines([sse(chunk({ content: "half" }))], "open"));
  const { broker, outcomes } = testBroker(server.baseUrl);
  const model = { provider: "test", model: "m1", reasoningEffort: null };
  const client = createModelClient({ broker, model, clock: systemClock });
  for await (const event of client.request(HELLO, new AbortController().signal)) {
    assert.deepEqual(event, { type: "text", delta: "half" });
    break;
  }
  const request = await server.waitForRequest(() => true);
  await request.ended;
  assert.equal(request.aborted, true);
  assert.deepEqual(outcomes, [{ usage: null, error: { code: "aborted" }, answerChars: 4 }]);
});

Deno.test("request() follows no redirect and says where it led", async () => {
  await using other = await startScriptedServer(() => say("stolen"));
  const location = `${other.baseUrl}/chat/completions?token=secret`;
  const { error, requests } = await askServer(status(307, "", { location }), { attempts: 4 });
  assert.deepEqual(codeOf(error), { code: "bad_request", retryable: false });
  assert.match(String(error), /redirects to "http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions"/);
  assert.deepEqual([requests.length, other.requests.length], [1, 0]);
});

Deno.test("request() never repeats the key, neither its own nor echoed by the server", async () => {
  const echoed = await askServer(status(401, { error: { message: "Incorrect API key: sk-planted-key" } }));
  assert.match(String(echoed.error), /Incorrect API key: \[key\]/);
  const unsendable = await askServer(say("x"), { key: "sk-secret\npart" });
  assert.deepEqual(codeOf(unsendable.error), { code: "auth", retryable: false });
  assert.doesNotMatch(String(unsendable.error), /secret/);
  assert.equal(unsendable.requests.length, 0);
});

Deno.test("request() says that a server cannot be reached", async () => {
  const server = await startScriptedServer(() => say("x"));
  await server[Symbol.asyncDispose]();
  const { error } = await ask(server.baseUrl);
  assert.deepEqual(codeOf(error), { code: "unreachable", retryable: true });
  assert.match(
    String(error),
    /^ProviderError: Cannot reach "test" \(http:\/\/127.*, model "m1"\): the connection was refused$/,
  );
});

Deno.test("request() tries again after a passing failure and takes back what came before", async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1 };
  function handler({ index }: { index: number }): Reply {
    if (index === 0) return lines([sse(chunk({ content: "ha" }))], "break");
    return index === 1 ? status(503, { error: { message: "busy" } }) : say("whole", { chunks: 1, usage });
  }
  const { events, reply, outcomes } = await askServer({ handler }, { attempts: 4 });
  assert.deepEqual(
    events.map((event) => event.type === "retry" ? [event.attempt, event.error.code] : textOf(event)),
    ["ha", [2, "cut"], [3, "server"], "whole"],
  );
  assert.equal(reply?.message.content, "whole");
  assert.deepEqual(outcomes.map((outcome) => outcome.error?.code ?? null), ["cut", "server", null]);
});

Deno.test("request() gives up after the last try, and at once where trying again is no use", async () => {
  const busy = await askServer(status(500), { attempts: 3 });
  assert.deepEqual(codeOf(busy.error), { code: "server", retryable: true });
  assert.equal(busy.requests.length, 3);
  const refused = await askServer(status(400, { error: { message: "no such field" } }), { attempts: 3 });
  assert.equal(refused.requests.length, 1);
  const far = await askServer(status(429, "", { "retry-after": "86400" }), { attempts: 3 });
  assert.equal(far.requests.length, 1);
});

Deno.test("request() tells the broker the size of what will be sent and what went wrong before", async () => {
  await using server = await startScriptedServer(({ index }) =>
    index === 0 ? status(429, "", { "retry-after-ms": "7" }) : say("x")
  );
  const { broker } = testBroker(server.baseUrl);
  const asks: unknown[] = [];
  const recording: Broker = {
    acquire(ask, signal) {
      asks.push(ask);
      return broker.acquire(ask, signal);
    },
    release: (id, outcome) => broker.release(id, outcome),
  };
  const model = { provider: "test", model: "m1", reasoningEffort: null };
  const client = createModelClient({ broker: recording, model, clock: systemClock });
  for await (const _ of client.request(HELLO, new AbortController().signal));
  const inputBound = server.requests[0]?.raw.length;
  assert.deepEqual(asks, [
    { model, inputBound, attempt: 1, tried: [] },
    { model, inputBound, attempt: 2, tried: [1], lastError: { code: "rate_limited", retryAfterMs: 7 } },
  ]);
});

Deno.test("request() keeps 150 requests apart", async () => {
  await using server = await startScriptedServer(({ body }) =>
    say(String(body.messages[0]?.content), { chunks: 5 })
  );
  const numbers = Array.from({ length: 150 }, (_, index) => `answer ${index}`);
  const asked = await Promise.all(
    numbers.map((content) =>
      ask(server.baseUrl, { request: { messages: [{ role: "user", content }], tools: [] } })
    ),
  );
  assert.deepEqual(asked.map(({ reply }) => reply?.message.content), numbers);
});
