import assert from "node:assert/strict";
import fc from "fast-check";
import { createModelClient } from "../../lib/provider/model_client.ts";
import type {
  Broker,
  Lease,
  LeaseAsk,
  ModelEvent,
  ModelReply,
  RequestOutcome,
} from "../../lib/provider/provider.ts";
import { DEFAULT_RETRY } from "../../lib/provider/retry.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import {
  callTools,
  chunk,
  hold,
  inOrder,
  openStream,
  raw,
  type Reply,
  say,
  silence,
  sse,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { HELLO } from "./ask_model.ts";

const MODEL = { provider: "test", model: "m1", reasoningEffort: null };

/** The books of a broker that grants at once: what was asked for, what was given back, in order. */
class Books implements Broker {
  readonly asks: LeaseAsk[] = [];
  readonly released: { readonly id: number; readonly outcome: RequestOutcome }[] = [];
  readonly #baseUrl: string;
  readonly #onAsk: (ask: LeaseAsk) => void;

  constructor(baseUrl: string, onAsk: (ask: LeaseAsk) => void = () => {}) {
    this.#baseUrl = baseUrl;
    this.#onAsk = onAsk;
  }

  acquire(ask: LeaseAsk, signal: AbortSignal): Promise<Lease> {
    this.asks.push(ask);
    this.#onAsk(ask);
    if (signal.aborted) return Promise.reject(signal.reason);
    return Promise.resolve({
      id: this.asks.length,
      provider: "test",
      key: null,
      keyName: null,
      baseUrl: this.#baseUrl,
      account: "none",
      model: "m1",
      reasoningEffort: null,
      outputLimit: null,
      headers: {},
      otherKeys: 0,
      keysAgain: 0,
      isOutputLowered: false,
    });
  }

  release(id: number, outcome: RequestOutcome): void {
    this.released.push({ id, outcome });
  }

  /** Of each lease given back its number and the code of its end. */
  get ends(): (readonly [number, string | null])[] {
    return this.released.map(({ id, outcome }) => [id, outcome.error?.code ?? null] as const);
  }
}

function request(
  books: Books,
  signal = new AbortController().signal,
): AsyncGenerator<ModelEvent, ModelReply> {
  const retry = { ...DEFAULT_RETRY, maxAttempts: 3, maxRateLimited: 3 };
  return createModelClient({ broker: books, model: MODEL, clock: systemClock, retry }).request(HELLO, signal);
}

async function finish(answer: AsyncGenerator<ModelEvent, ModelReply>) {
  const events: ModelEvent[] = [];
  for (;;) {
    const next = await answer.next();
    if (next.done) return { events, reply: next.value };
    events.push(next.value);
  }
}

function broken(...texts: readonly string[]): Reply {
  return raw((response) => {
    openStream(response);
    for (const text of texts) response.write(text);
    response.write(":\n\n", () => response.destroy());
  });
}

Deno.test("request() yields reasoning, text and calls in the order in which they came", async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3 };
  const reply = callTools([{ name: "a", args: {}, id: "c1" }], { text: "let me see", usage });
  await using server = await startScriptedServer(() => reply);
  const books = new Books(server.baseUrl);
  const tokens = { input: 7, cached: 0, output: 3, reasoning: 0 };
  assert.deepEqual(await finish(request(books)), {
    events: [{ type: "text", delta: "let me see" }],
    reply: {
      message: {
        role: "assistant",
        content: "let me see",
        toolCalls: [{ id: "c1", name: "a", arguments: "{}" }],
      },
      finish: "tool_calls",
      usage: tokens,
      by: { provider: "test", model: "m1", reasoningEffort: null },
    },
  });
  assert.deepEqual(books.released, [{ id: 1, outcome: { usage: tokens, error: null, answerChars: 12 } }]);
});

const overloaded = status(503, { error: { message: "busy" } });

/** How a request ends, and how each of its leases was given back. */
const ENDINGS: readonly (readonly [string, readonly Reply[], string | null, readonly (string | null)[]])[] = [
  ["a good answer", [say("hi")], null, [null]],
  ["an answer cut by length", [say("half", { finish: "length" })], null, [null]],
  ["an answer withheld", [say("", { finish: "content_filter" })], null, [null]],
  ["a second try", [overloaded, say("hi")], null, ["server", null]],
  ["three failures", [overloaded, status(500), status(502, "<html>bad</html>")], "server", [
    "server",
    "server",
    "server",
  ]],
  ["a broken stream", [broken(sse(chunk({ content: "a" }))), say("hi")], null, ["cut", null]],
  ["garbage", [broken("data: {oops\n\n"), say("hi")], null, ["malformed", null]],
  ["an unknown finish reason", [say("x", { finish: "weather" })], null, [null]],
  ["an unknown finish reason of nothing", [say("", { finish: "weather" }), say("hi")], null, [
    "malformed",
    null,
  ]],
  ["a finish reason of a server that broke off", [say("x", { finish: "error" }), say("hi")], null, [
    "cut",
    null,
  ]],
  ["no finish reason", [broken(sse(chunk({ content: "x" }))), say("hi")], null, ["cut", null]],
  ["401", [status(401, { error: { message: "no" } })], "auth", ["auth"]],
  ["402", [status(402, { error: { message: "pay" } })], "quota", ["quota"]],
  ["403", [status(403)], "auth", ["auth"]],
  ["404", [status(404, { error: { message: "no such model" } })], "bad_request", ["bad_request"]],
  [
    "a context that is too long",
    [status(400, { error: { message: "x", code: "context_length_exceeded" } })],
    "context_length",
    ["context_length"],
  ],
  ["a redirect", [status(302, "", { location: "http://127.0.0.1:1/" })], "bad_request", ["bad_request"]],
  ["a web page", [status(200, "<html></html>", { "content-type": "text/html" })], "malformed", ["malformed"]],
];

for (const [claim, replies, code, releases] of ENDINGS) {
  Deno.test(`request() gives each lease back exactly once: ${claim}`, async () => {
    await using server = await startScriptedServer(inOrder(...replies));
    const books = new Books(server.baseUrl);
    const error = await finish(request(books)).then(() => null, (error) => error);
    assert.equal(error === null ? null : error instanceof ProviderError ? error.code : error, code);
    assert.deepEqual(books.ends, releases.map((each, index) => [index + 1, each]));
    assert.equal(server.requests.length, replies.length);
  });
}

Deno.test("request() tells the broker of the failure before and of the wait asked for", async () => {
  const limited = status(429, { error: { message: "slow down" } }, { "retry-after": "7" });
  await using server = await startScriptedServer(inOrder(limited, status(500), say("hi")));
  const books = new Books(server.baseUrl);
  const { events } = await finish(request(books));
  assert.deepEqual(books.asks.map(({ attempt, lastError }) => ({ attempt, lastError })), [
    { attempt: 1, lastError: undefined },
    { attempt: 2, lastError: { code: "rate_limited", retryAfterMs: 7000 } },
    { attempt: 3, lastError: { code: "server" } },
  ]);
  assert.deepEqual(books.released[0]?.outcome, {
    usage: null,
    error: { code: "rate_limited", status: 429, retryAfterMs: 7000 },
    answerChars: 0,
  });
  assert.deepEqual(
    events.map((event) => event.type === "retry" ? [event.attempt, event.error.code] : event.type),
    [[2, "rate_limited"], [3, "server"], "text", "text"],
  );
});

Deno.test("request() asks for an upper bound of its input, in bytes", async () => {
  await using server = await startScriptedServer(() => say("hi"));
  const books = new Books(server.baseUrl);
  const content = "naïve 😀 ".repeat(50);
  const client = createModelClient({ broker: books, model: MODEL, clock: systemClock });
  await finish(
    client.request({ messages: [{ role: "user", content }], tools: [] }, new AbortController().signal),
  );
  assert.ok((books.asks[0]?.inputBound ?? 0) >= new TextEncoder().encode(content).length);
});

Deno.test("request() with an aborted signal sends nothing", async () => {
  await using server = await startScriptedServer(() => say("hi"));
  const books = new Books(server.baseUrl);
  const reason = new Error("enough");
  await assert.rejects(finish(request(books, AbortSignal.abort(reason))), reason);
  assert.deepEqual([server.requests.length, books.released], [0, []]);
});

Deno.test("request() aborted between two tries takes no further lease", async () => {
  await using server = await startScriptedServer(() => status(500));
  const stop = new AbortController();
  const reason = new Error("enough");
  const books = new Books(server.baseUrl, ({ attempt }) => attempt === 2 && stop.abort(reason));
  await assert.rejects(finish(request(books, stop.signal)), reason);
  assert.deepEqual([server.requests.length, books.ends], [1, [[1, "server"]]]);
});

const begun = raw(async (response, exchange) => {
  openStream(response);
  response.write(sse(chunk({ content: "half" })));
  await silence()(exchange);
});

for (const [claim, reply] of [["before the first byte", silence()], ["in the answer", begun]] as const) {
  Deno.test(`request() aborted ${claim} closes the connection and gives the lease back once`, async () => {
    await using server = await startScriptedServer(() => reply);
    const stop = new AbortController();
    const books = new Books(server.baseUrl);
    const reason = new Error("enough");
    const asked = finish(request(books, stop.signal));
    const seen = await server.waitForRequest(() => true);
    stop.abort(reason);
    await assert.rejects(asked, reason);
    await seen.ended;
    assert.deepEqual([seen.aborted, books.ends], [true, [[1, "aborted"]]]);
  });
}

Deno.test("request() aborted while its reader holds an event ends with the reason, not with what came", async () => {
  const rest = Promise.withResolvers<void>();
  await using server = await startScriptedServer(() =>
    raw(async (response, exchange) => {
      openStream(response);
      response.write(sse(chunk({ content: "a" })));
      await hold(rest.promise, () => void response.end(sse(chunk({ content: "b" }, "stop"))))(exchange);
    })
  );
  const stop = new AbortController();
  const books = new Books(server.baseUrl);
  const answer = request(books, stop.signal);
  assert.deepEqual((await answer.next()).value, { type: "text", delta: "a" });
  const reason = new Error("enough");
  stop.abort(reason);
  rest.resolve();
  await assert.rejects(answer.next(), reason);
  assert.deepEqual(books.ends, [[1, "aborted"]]);
});

Deno.test("request() left by its reader hangs up and gives the lease back once", async () => {
  await using server = await startScriptedServer(() => begun);
  const books = new Books(server.baseUrl);
  const answer = request(books);
  await answer.next();
  await answer.return(undefined as never); // the value is not looked at
  const seen = await server.waitForRequest(() => true);
  await seen.ended;
  assert.deepEqual([seen.aborted, books.ends], [true, [[1, "aborted"]]]);
});

Deno.test("request() reads the same from bytes cut anywhere, in the middle of characters too", async () => {
  const text = "zwölf 😀 Boxkämpfer\n\ndata: [DONE]\n\n";
  const bytes = new TextEncoder().encode(
    [chunk({ content: text }), chunk({}, "stop")].map(sse).join("").replaceAll("\n\n", "\r\n\r\n") +
      sse("[DONE]"),
  );
  let sizes: readonly number[] = [];
  const inPieces = raw(async (response) => {
    openStream(response);
    response.socket?.setNoDelay(true);
    let at = 0;
    for (const size of [...sizes, bytes.length]) {
      await new Promise<void>((resolve) => response.write(bytes.subarray(at, at + size), () => resolve()));
      at += size;
      if (at >= bytes.length) break;
    }
    response.end();
  });
  await using server = await startScriptedServer(() => inPieces);
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(cuts, async (drawn) => {
      sizes = drawn;
      const { reply } = await finish(request(new Books(server.baseUrl)));
      assert.deepEqual([reply.message.content, reply.finish], [text, "stop"]);
    }),
    { numRuns: 30 },
  );
});
