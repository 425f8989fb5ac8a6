import assert from "node:assert/strict";
import { type Api, PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { modelName } from "../../lib/protocol/model_ref.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import type { ModelEvent, ModelReply } from "../../lib/provider/provider.ts";
import type { RequestRow } from "../../lib/store/store.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { messageItem, respond } from "../support/responses_reply.ts";
import {
  chunk,
  type Handler,
  openStream,
  raw,
  type Reply,
  say,
  type ScriptedServer,
  silence,
  sse,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { HELLO } from "./ask_model.ts";

const PLANNED = { provider: "first", model: "m1", reasoningEffort: "high" };
const USAGE = { prompt_tokens: 1000, completion_tokens: 100 };

interface Setup {
  readonly apis?: Readonly<Record<string, Api>>;
  readonly prices?: Readonly<Record<string, number>>;
  readonly usd?: number;
  readonly idleMs?: number;
  readonly clock?: FakeClock;
}

/** A client whose model is `first/m1`, with a fallback on each further server: `second/m2`, `third/m3`. */
class Fallbacks implements AsyncDisposable {
  readonly servers: readonly ScriptedServer[];
  readonly booked: RequestRow[] = [];
  readonly #stack: AsyncDisposableStack;
  readonly #client: ReturnType<typeof createModelClient>;

  private constructor(servers: readonly ScriptedServer[], stack: AsyncDisposableStack, setup: Setup) {
    this.servers = servers;
    this.#stack = stack;
    const names = ["first", "second", "third"];
    const { apis = {}, prices = {}, usd = null } = setup;
    const broker = createBroker({
      endpointOf: (provider) => ({
        provider,
        baseUrl: servers[names.indexOf(provider)]?.baseUrl ?? "",
        keys: ["sk-planted-key"],
        keyNames: ["KEY"],
        headers: {},
      }),
      settingsOf: ({ provider }) => ({
        max_output_tokens: 100,
        price: prices[provider] === undefined
          ? null
          : { input: prices[provider], cached: null, cache_write: null, output: 0, long: null },
      }),
      clock: systemClock,
      random: () => 0,
      budget: { session: { usd, tokens: null, requests: null } },
      onRequest: (row) => void this.booked.push(row),
    });
    const fallbacks = servers.slice(1).map((_, index) => ({
      provider: names[index + 1]!,
      model: `m${index + 2}`,
      reasoningEffort: null,
    }));
    const { idleMs = 300_000, clock = systemClock } = setup;
    const dialects = Object.fromEntries(
      [PLANNED, ...fallbacks].map((each) =>
        [modelName(each), { ...PLAIN_DIALECT, api: apis[each.provider] ?? "chat" }] as const
      ),
    );
    this.#client = createModelClient({ broker, model: PLANNED, fallbacks, dialects, clock, idleMs });
  }

  static async start(handlers: readonly (Reply | { readonly handler: Handler })[], setup: Setup = {}) {
    const stack = new AsyncDisposableStack();
    const servers = await Promise.all(
      handlers.map(async (each) =>
        stack.use(await startScriptedServer("handler" in each ? each.handler : () => each))
      ),
    );
    return new Fallbacks(servers, stack, setup);
  }

  /** One request and all that came of it. */
  async ask(signal = new AbortController().signal) {
    const events: ModelEvent[] = [];
    let reply: ModelReply | null = null;
    let error: unknown = null;
    try {
      const answer = this.#client.request(HELLO, signal);
      for (let next = await answer.next();; next = await answer.next()) {
        if (next.done) {
          reply = next.value;
          break;
        }
        events.push(next.value);
      }
    } catch (thrown) {
      error = thrown;
    }
    return { events: events.map(short), text: reply?.message.content ?? null, error };
  }

  /** How many requests each server has seen. */
  get asked(): number[] {
    return this.servers.map(({ requests }) => requests.length);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack[Symbol.asyncDispose]();
  }
}

function short(event: ModelEvent): string {
  if (event.type === "fell_back") return `${event.from} → ${event.to}: ${event.error.code}`;
  return event.type === "retry" ? `retry: ${event.error.code}` : event.delta;
}

function codeOf(error: unknown): unknown {
  return error instanceof ProviderError ? error.code : error;
}

const busy = status(503, { error: { message: "busy" } });
const hi = say("hi", { chunks: 1, usage: USAGE });

Deno.test("request() goes on with the fallback after three tries of a server that answers 503", async () => {
  await using it = await Fallbacks.start([busy, hi]);
  const { events, text } = await it.ask();
  assert.equal(text, "hi");
  assert.deepEqual(events, ["retry: server", "retry: server", "first/m1 → second/m2: server", "hi"]);
  assert.deepEqual(it.asked, [3, 1]);
});

Deno.test("request() goes on with the fallback of a server that is down", async () => {
  await using it = await Fallbacks.start([hi, hi]);
  await it.servers[0]?.[Symbol.asyncDispose]();
  const { events, text } = await it.ask();
  assert.deepEqual([text, events.at(-2)], ["hi", "first/m1 → second/m2: unreachable"]);
});

Deno.test("request() asks a server that hangs once, and goes on with the fallback", async () => {
  const clock = new FakeClock();
  await using it = await Fallbacks.start([silence(), hi], { clock });
  const asked = it.ask();
  await it.servers[0]?.waitForRequest(() => true);
  await clock.advance(300_000);
  const { events, text } = await asked;
  assert.deepEqual([text, events, it.asked], ["hi", ["first/m1 → second/m2: timeout", "hi"], [1, 1]]);
});

Deno.test("request() takes back what the first server said before it broke off", async () => {
  const broken = raw((response) => {
    openStream(response);
    response.write(sse(chunk({ content: "half" })));
    response.end(sse({ error: { message: "boom" } }));
  });
  await using it = await Fallbacks.start([broken, hi]);
  const { events, text } = await it.ask();
  const retry = ["half", "retry: server"];
  assert.deepEqual(events, [...retry, ...retry, "half", "first/m1 → second/m2: server", "hi"]);
  assert.equal(text, "hi");
});

/** What is no outage: another provider would not be what the user asked for, or would answer the same. */
const OTHERS: readonly (readonly [claim: string, reply: Reply, code: string])[] = [
  ["401", status(401, { error: { message: "no" } }), "auth"],
  ["402", status(402, { error: { message: "pay" } }), "quota"],
  ["429 with a far reset", status(429, "", { "retry-after": "86400" }), "rate_limited"],
  ["400", status(400, { error: { message: "no such field" } }), "bad_request"],
  [
    "a context that is too long",
    status(400, { error: { message: "x", code: "context_length_exceeded" } }),
    "context_length",
  ],
  ["a filter", status(403, { error: { message: "x", code: "content_filter" } }), "content_filter"],
];

for (const [claim, reply, code] of OTHERS) {
  Deno.test(`request() never falls back over ${claim}`, async () => {
    await using it = await Fallbacks.start([reply, hi]);
    const { error, events } = await it.ask();
    assert.deepEqual([codeOf(error), events, it.asked[1]], [code, [], 0]);
  });
}

Deno.test("request() never falls back over the budget", async () => {
  await using it = await Fallbacks.start([hi, hi], { prices: { first: 1000, second: 0 }, usd: 0.00001 });
  const { error } = await it.ask();
  assert.deepEqual([codeOf(error), it.asked], ["budget", [0, 0]]);
});

Deno.test("request() carries no effort over to the fallback, and books it under its model at its price", async () => {
  await using it = await Fallbacks.start([busy, hi], { prices: { first: 5, second: 2 } });
  await it.ask();
  assert.deepEqual([it.servers[0]?.requests[0]?.body.reasoning_effort, it.servers[1]?.requests[0]?.body], [
    "high",
    {
      model: "m2",
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "hello" }],
      max_tokens: 100,
    },
  ]);
  assert.deepEqual(it.booked.map(({ provider, model, usd }) => [provider, model, usd]), [
    ["first", "m1", 0],
    ["first", "m1", 0],
    ["first", "m1", 0],
    ["second", "m2", 0.002],
  ]);
});

Deno.test("request() passes over a fallback that is of no use", async () => {
  const refused = status(401, { error: { message: "no" } });
  await using it = await Fallbacks.start([busy, refused, hi]);
  const { events, text } = await it.ask();
  assert.equal(text, "hi");
  assert.deepEqual(events.slice(-3), ["first/m1 → second/m2: server", "second/m2 → third/m3: auth", "hi"]);
});

Deno.test("request() fails for the reason of the planned model when no fallback answers", async () => {
  await using it = await Fallbacks.start([busy, status(401, { error: { message: "who are you" } })]);
  const { error } = await it.ask();
  assert.ok(error instanceof ProviderError);
  assert.deepEqual([error.code, error.status], ["server", 503]);
  assert.match(error.message, /"first".*busy/);
  assert.match(error.hint ?? "", /^No fallback answered either: "second".*who are you/);
});

Deno.test("request() begins with the fallback for a minute after an outage, then asks the planned model again", async () => {
  const clock = new FakeClock();
  let first: Reply = busy;
  await using it = await Fallbacks.start([{ handler: () => first }, hi], { clock });
  await it.ask();
  first = say("I am back", { chunks: 1 });
  await clock.advance(59_999);
  assert.deepEqual((await it.ask()).events, ["hi"]);
  await clock.advance(1);
  assert.deepEqual((await it.ask()).events, ["I am back"]);
  assert.deepEqual(it.asked, [4, 2]);
});

Deno.test("request() asks the planned model again when the fallback fails as well", async () => {
  let [first, second]: readonly Reply[] = [busy, hi];
  const handlers = [{ handler: () => first! }, { handler: () => second! }];
  await using it = await Fallbacks.start(handlers, { clock: new FakeClock() });
  await it.ask();
  [first, second] = [hi, busy];
  const { events, text } = await it.ask();
  assert.deepEqual([text, events.at(-2)], ["hi", "second/m2 → first/m1: server"]);
});

Deno.test("request() speaks the wire of the fallback", async () => {
  const apis = { second: "responses" } as const;
  await using it = await Fallbacks.start([busy, respond(messageItem("hi"))], { apis });
  assert.equal((await it.ask()).text, "hi");
});

Deno.test("request() aborted while the first server is asked does not go on with the fallback", async () => {
  await using it = await Fallbacks.start([silence(), hi]);
  const stop = new AbortController();
  const asked = it.ask(stop.signal);
  await it.servers[0]?.waitForRequest(() => true);
  const reason = new Error("enough");
  stop.abort(reason);
  assert.deepEqual([(await asked).error, it.asked], [reason, [1, 0]]);
});
