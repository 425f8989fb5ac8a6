import assert from "node:assert/strict";
import { BUILT_IN_PROVIDERS } from "../../lib/config/providers.ts";
import { type Api, PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import { DEFAULT_RETRY } from "../../lib/provider/retry.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { openStream, raw, type Reply, sse, startScriptedServer } from "../support/scripted_server.ts";
import { HELLO } from "./ask_model.ts";
import { endpoint, never, NO_CAPS } from "./broker_fixture.ts";

// A dollar a token sent, half of it for one read from the cache, half more for one written, two a token received.
const PRICE = { input: 1_000_000, cached: 500_000, cache_write: 1_500_000, output: 2_000_000, long: null };

/** What of an answer is billed, in tokens. */
interface Bill {
  readonly fresh: number;
  readonly cached?: number;
  readonly written?: number;
  readonly output: number;
  /** Dollars, where the server says them. */
  readonly usd?: number | undefined;
}

interface Convention {
  readonly provider: string;
  readonly claim: string;
  readonly api: Api;
  /** The events of an answer with the text "Well.". */
  readonly events: readonly object[];
  readonly bill: Bill;
}

const delta = (more: object = {}) => ({ choices: [{ index: 0, delta: { content: "Well." } }], ...more });
const end = (more: object = {}) => ({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], ...more });

/** Over Chat Completions, with the usage in a chunk of its own after the end. */
function chat(provider: string, claim: string, usage: object, bill: Bill): Convention {
  return { provider, claim, api: "chat", events: [delta(), end(), { choices: [], usage }], bill };
}

/** Over Responses. */
function responses(provider: string, claim: string, usage: object, bill: Bill): Convention {
  const content = [{ type: "output_text", text: "Well." }];
  const response = { status: "completed", output: [{ type: "message", content }], usage };
  return { provider, claim, api: "responses", events: [{ type: "response.completed", response }], bill };
}

/** Over Messages, with what is known at the start and at the end. */
function messages(
  provider: string,
  claim: string,
  usages: readonly [object, object],
  bill: Bill,
): Convention {
  const events = [
    { type: "message_start", message: { content: [], usage: usages[0] } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "Well." } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: usages[1] },
    { type: "message_stop" },
  ];
  return { provider, claim, api: "messages", events, bill };
}

const sums = { prompt_tokens: 100, completion_tokens: 30, total_tokens: 130 };
const details = (cached: number, reasoning: number) => ({
  prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning, accepted_prediction_tokens: 0 },
});

/** How the providers count, by their own references. */
const CONVENTIONS: readonly Convention[] = [
  chat("openai", "thinking and cache within", { ...sums, ...details(60, 20) }, {
    fresh: 40,
    cached: 60,
    output: 30,
  }),
  responses("openai", "thinking and cache within", {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60 },
    output_tokens: 30,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 130,
  }, { fresh: 40, cached: 60, output: 30 }),
  chat("openrouter", "its own cost", { ...sums, ...details(60, 0), cost: 17.5, is_byok: false }, {
    fresh: 40,
    cached: 60,
    output: 30,
    usd: 17.5,
  }),
  responses("openrouter", "what it writes into a cache", {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 90 },
    output_tokens: 30,
    total_tokens: 130,
  }, { fresh: 10, written: 90, output: 30 }),
  messages("anthropic", "the cache apart", [
    { input_tokens: 10, cache_read_input_tokens: 70, cache_creation_input_tokens: 20, output_tokens: 1 },
    { output_tokens: 30 },
  ], { fresh: 10, cached: 70, written: 20, output: 30 }),
  messages("anthropic", "all of it at the end", [{ input_tokens: 0, output_tokens: 0 }, {
    input_tokens: 10,
    cache_read_input_tokens: 70,
    cache_creation_input_tokens: 20,
    cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 0 },
    output_tokens: 30,
  }], { fresh: 10, cached: 70, written: 20, output: 30 }),
  chat("anthropic", "no cache over Chat Completions", sums, { fresh: 100, output: 30 }),
  chat("gemini", "thinking in the total only", { ...sums, total_tokens: 192 }, { fresh: 100, output: 92 }),
  chat("gemini", "thinking and cache", { ...sums, total_tokens: 192, ...details(60, 0) }, {
    fresh: 40,
    cached: 60,
    output: 92,
  }),
  {
    provider: "groq",
    claim: "usage of its own",
    api: "chat",
    events: [delta(), end({ x_groq: { id: "r", usage: { ...sums, queue_time: 0.1, total_time: 0.3 } } })],
    bill: { fresh: 100, output: 30 },
  },
  chat("groq", "thinking and cache within", { ...sums, ...details(60, 20), total_time: 0.3 }, {
    fresh: 40,
    cached: 60,
    output: 30,
  }),
  chat("deepseek", "hits and misses", {
    ...sums,
    prompt_cache_hit_tokens: 64,
    prompt_cache_miss_tokens: 36,
    completion_tokens_details: { reasoning_tokens: 20 },
  }, { fresh: 36, cached: 64, output: 30 }),
  chat("xai", "thinking apart", { ...sums, total_tokens: 150, ...details(60, 20) }, {
    fresh: 40,
    cached: 60,
    output: 50,
  }),
  chat("xai", "more thinking than answer", { ...sums, total_tokens: 630, ...details(60, 500) }, {
    fresh: 40,
    cached: 60,
    output: 530,
  }),
  chat("xai", "its own cost", { ...sums, total_tokens: 150, ...details(0, 20), cost_in_usd_ticks: 25e10 }, {
    fresh: 100,
    output: 50,
    usd: 25,
  }),
  responses("xai", "thinking within", {
    input_tokens: 100,
    output_tokens: 30,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 130,
  }, { fresh: 100, output: 30 }),
  {
    provider: "mistral",
    claim: "usage with the end",
    api: "chat",
    events: [delta(), end({ usage: { ...sums, prompt_tokens_details: { cached_tokens: 60 } } })],
    bill: { fresh: 40, cached: 60, output: 30 },
  },
  chat("mistral", "cached tokens under another name", { ...sums, num_cached_tokens: 60 }, {
    fresh: 40,
    cached: 60,
    output: 30,
  }),
  chat("together", "cached tokens beside the others", { ...sums, cached_tokens: 60 }, {
    fresh: 40,
    cached: 60,
    output: 30,
  }),
  {
    provider: "local",
    claim: "usage in every chunk",
    api: "chat",
    events: [
      delta({ usage: { ...sums, completion_tokens: 12, total_tokens: 112 } }),
      end({ usage: sums }),
      { choices: [], usage: sums },
    ],
    bill: { fresh: 100, output: 30 },
  },
  chat("local", "details that are null", { ...sums, prompt_tokens_details: null }, {
    fresh: 100,
    output: 30,
  }),
  messages("local", "no cache", [{ input_tokens: 0, output_tokens: 0 }, {
    input_tokens: 100,
    output_tokens: 30,
  }], {
    fresh: 100,
    output: 30,
  }),
  chat("offline", "sums", sums, { fresh: 100, output: 30 }),
];

function streamOf(events: readonly object[]): Reply {
  return raw((response) => {
    openStream(response);
    response.end(`${events.map(sse).join("")}${sse("[DONE]")}`);
  });
}

/** What the budget of a session was charged for one request. */
async function charged(api: Api, reply: Reply) {
  await using server = await startScriptedServer(() => reply);
  const broker = createBroker({
    endpointOf: () => endpoint(["k"], server.baseUrl),
    settingsOf: () => ({ max_output_tokens: 10_000, price: PRICE }),
    clock: systemClock,
    random: () => 0,
    budget: { session: NO_CAPS },
  });
  const client = createModelClient({
    broker,
    model: { provider: "p", model: "m", reasoningEffort: null },
    clock: systemClock,
    dialects: { "p/m": { ...PLAIN_DIALECT, api } },
    retry: { ...DEFAULT_RETRY, maxAttempts: 1, maxRateLimited: 1 },
  });
  await Array.fromAsync(client.request(HELLO, never())).catch(() => {});
  return broker.budget.used;
}

function amounts({ fresh, cached = 0, written = 0, output, usd }: Bill) {
  const tokens = fresh + cached + written + output;
  return { usd: usd ?? fresh + cached / 2 + written * 1.5 + output * 2, tokens, requests: 1 };
}

const ERROR = { message: "it broke", code: 500 };

/** The beginning of an answer, of which no usage has come that is whole. */
function beginning({ api, events }: Convention): readonly object[] {
  if (api === "responses") return [{ type: "response.output_text.delta", output_index: 0, delta: "Well." }];
  return api === "messages" ? events.slice(0, 2) : [delta()];
}

/** The same answer, failed in its last event; over Messages that says nothing of usage. */
function failing(convention: Convention): readonly object[] {
  const { api, events } = convention;
  const last = events.at(-1) as { readonly response?: object };
  const failed = {
    chat: { ...last, choices: [], error: ERROR },
    responses: { type: "response.failed", response: { ...last.response, status: "failed", error: ERROR } },
    messages: { type: "error", error: ERROR },
  };
  return [...beginning(convention), failed[api]];
}

for (const convention of CONVENTIONS) {
  const { provider, claim, api, events, bill } = convention;
  Deno.test(`a budget is charged what ${provider} bills over ${api}: ${claim}`, async () => {
    assert.deepEqual(await charged(api, streamOf(events)), amounts(bill));
  });

  Deno.test(`a budget is charged no less where ${provider} fails over ${api}: ${claim}`, async () => {
    const used = await charged(api, streamOf(failing(convention)));
    const { tokens, usd } = amounts(bill);
    if (api !== "messages") assert.deepEqual(used, amounts(bill));
    else assert.ok(used.tokens >= tokens && used.usd >= usd, JSON.stringify(used));
  });

  Deno.test(`a budget is charged no less where ${provider} breaks off over ${api}: ${claim}`, async () => {
    const used = await charged(
      api,
      raw((response) => {
        openStream(response);
        response.write(beginning(convention).map(sse).join(""), () => response.destroy());
      }),
    );
    const { tokens, usd } = amounts({ ...bill, output: 5, usd: bill.usd === undefined ? undefined : 0 });
    assert.ok(used.tokens >= tokens && used.usd >= usd, JSON.stringify(used));
  });
}

Deno.test("the conventions are those of all built-in providers", () => {
  const told = new Set(CONVENTIONS.map(({ provider }) => provider));
  assert.deepEqual(told, new Set(Object.keys(BUILT_IN_PROVIDERS)));
});
