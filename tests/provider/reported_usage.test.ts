import assert from "node:assert/strict";
import type { TokenUsage } from "../../lib/protocol/conversation.ts";
import { ReportedUsage } from "../../lib/provider/reported_usage.ts";

function tokens(input: number, output: number, more: Partial<TokenUsage> = {}): TokenUsage {
  return { input, cached: 0, output, reasoning: 0, ...more };
}

function read(...chunks: readonly Record<string, unknown>[]): TokenUsage | null {
  const reported = new ReportedUsage();
  for (const chunk of chunks) reported.add(chunk);
  return reported.usage;
}

const p = { prompt_tokens: 100, completion_tokens: 20 };

/** A convention, a usage object of it, and what is billed. */
const CONVENTIONS: readonly (readonly [claim: string, usage: Record<string, unknown>, billed: TokenUsage])[] =
  [
    ["no details", p, tokens(100, 20)],
    [
      "details that are null",
      { ...p, prompt_tokens_details: null, completion_tokens_details: null },
      tokens(100, 20),
    ],
    ["strings", { prompt_tokens: "100", completion_tokens: "20" }, tokens(100, 20)],
    ["the names of Responses", { input_tokens: 100, output_tokens: 20, total_tokens: 120 }, tokens(100, 20)],
    ["the names of Gemini", {
      promptTokenCount: 100,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 50,
      cachedContentTokenCount: 60,
      totalTokenCount: 170,
    }, tokens(100, 70, { cached: 60, reasoning: 50 })],
    ["the names of Ollama", { prompt_eval_count: 100, eval_count: 20 }, tokens(100, 20)],
    ["thinking within the output", { ...p, completion_tokens_details: { reasoning_tokens: 15 } }, {
      ...tokens(100, 20),
      reasoning: 15,
    }],
    ["thinking within the output, with a total", {
      ...p,
      total_tokens: 120,
      completion_tokens_details: { reasoning_tokens: 15 },
    }, tokens(100, 20, { reasoning: 15 })],
    ["thinking apart, as the total tells", {
      ...p,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 15 },
    }, tokens(100, 35, { reasoning: 15 })],
    [
      "thinking apart, as it is more than the output",
      { ...p, reasoning_tokens: 90 },
      tokens(100, 110, { reasoning: 90 }),
    ],
    ["thinking that only the total knows", { ...p, total_tokens: 162 }, tokens(100, 62, { reasoning: 42 })],
    [
      "no output but in the total",
      { prompt_tokens: 100, total_tokens: 120 },
      tokens(100, 20, { reasoning: 20 }),
    ],
    ["a total that is less", { ...p, total_tokens: 20 }, tokens(100, 20)],
    ["sound apart from the text of the input", {
      ...p,
      total_tokens: 195,
      prompt_tokens_details: { audio_tokens: 75, cached_tokens: 0 },
    }, tokens(175, 20)],
    ...([
      { prompt_tokens_details: { cached_tokens: 60 } },
      { input_tokens_details: { cached_tokens: "60" } },
      { prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 },
      { cached_tokens: 60 },
      { cache_read_input_tokens: 60 },
      { cache_read_tokens: 60 },
      { cached_content_token_count: 60 },
      { num_cached_tokens: 60 },
      { prompt_tokens_details: { cache_read_tokens: 60 }, cache_discount: 0.5 },
      { prompt_tokens_details: { cached_tokens: 60 }, cached_tokens: 60, total_tokens: 120 },
    ].map((cache) =>
      [
        `cached tokens as ${JSON.stringify(cache)}`,
        { ...p, ...cache },
        tokens(100, 20, { cached: 60 }),
      ] as const
    )),
    [
      "the cache apart, as the total tells",
      { ...p, cached_tokens: 60, total_tokens: 180 },
      tokens(160, 20, { cached: 60 }),
    ],
    ["the cache and thinking apart", {
      ...p,
      cached_tokens: 60,
      completion_tokens_details: { reasoning_tokens: 15 },
      total_tokens: 195,
    }, tokens(160, 35, { cached: 60, reasoning: 15 })],
    ["the cache apart, as it is more than the input", {
      ...p,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 50,
    }, tokens(750, 20, { cached: 600, written: 50 })],
    ["a detail that is more than its whole, which the total denies", {
      ...p,
      prompt_tokens_details: { cached_tokens: 314 },
      total_tokens: 120,
    }, tokens(100, 20, { cached: 100 })],
    ["a detail that is more than its whole", { ...p, prompt_tokens_details: { cached_tokens: 314 } }, {
      ...tokens(414, 20),
      cached: 314,
    }],
    ["what is written into the cache", { ...p, prompt_tokens_details: { cache_write_tokens: 80 } }, {
      ...tokens(100, 20),
      written: 80,
    }],
    [
      "what is written by its time to live",
      { ...p, cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 1 } },
      {
        ...tokens(100, 20),
        written: 31,
      },
    ],
  ];

for (const [claim, usage, billed] of CONVENTIONS) {
  Deno.test(`ReportedUsage counts what is billed: ${claim}`, () => {
    assert.deepEqual(read({ usage }), billed);
  });
}

const PLACES: readonly Record<string, unknown>[] = [
  { usage: p },
  { x_groq: { id: "r", usage: p } },
  { choices: [{ delta: {}, usage: p }] },
  { choices: [], usage: p },
  { error: { message: "it broke", usage: p } },
  { error: { message: "it broke", metadata: { usage: p } } },
  { type: "response.failed", response: { usage: p } },
  { usageMetadata: p },
];

for (const place of PLACES) {
  Deno.test(`ReportedUsage finds it in ${JSON.stringify(place).replace(JSON.stringify(p), "…")}`, () => {
    assert.deepEqual(read(place), tokens(100, 20));
  });
}

Deno.test("ReportedUsage takes a report that counts nothing for none", () => {
  for (const usage of [{}, null, "many", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }]) {
    assert.equal(read({ usage }), null);
  }
  assert.deepEqual(
    read({ usage: p }, { usage: { prompt_tokens: 0, completion_tokens: 0 } }),
    tokens(100, 20),
  );
});

Deno.test("ReportedUsage takes the last of reports that grow, with what it leaves out of those before", () => {
  const grown = [{ ...p, completion_tokens: 1 }, { ...p, completion_tokens: 9 }, p].map((usage) => ({
    usage,
  }));
  assert.deepEqual(read(...grown), tokens(100, 20));
  assert.deepEqual(
    read({ usage: { prompt_tokens: 100 } }, { usage: { completion_tokens: 20 } }),
    tokens(100, 20),
  );
});

Deno.test("ReportedUsage adds up reports of what is new", () => {
  const first = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 };
  const more = (count: number) => ({ prompt_tokens: 0, completion_tokens: count, total_tokens: count });
  assert.deepEqual(read(...[first, more(9), more(6)].map((usage) => ({ usage }))), tokens(100, 20));
});

Deno.test("ReportedUsage keeps a first report of nothing but what went through the cache", () => {
  const usages = [{ cache_read_input_tokens: 1_500 }, { cache_creation_input_tokens: 300 }].map((moved) => {
    const reported = new ReportedUsage({ isCacheApart: true });
    reported.add({ message: { usage: { input_tokens: 0, ...moved } } });
    reported.add({ usage: { output_tokens: 20 } });
    return reported.usage;
  });
  const rest = { output: 20, reasoning: 0 };
  assert.deepEqual(usages, [
    { input: 1_500, cached: 1_500, ...rest },
    { input: 300, cached: 0, written: 300, ...rest },
  ]);
});

Deno.test("ReportedUsage counts what went through the cache as input where that is the wire's way", () => {
  const reported = new ReportedUsage({ isCacheApart: true });
  const input = { input_tokens: 10, cache_read_input_tokens: 80, cache_creation_input_tokens: 10 };
  reported.add({ type: "message_start", message: { usage: { ...input, output_tokens: 1 } } });
  reported.add({ type: "message_delta", usage: { input_tokens: 0, output_tokens: 20 } });
  assert.deepEqual(reported.usage, tokens(100, 20, { cached: 80, written: 10 }));
});

const COSTS: readonly (readonly [usage: Record<string, unknown>, usd: number | null])[] = [
  [{ cost: 0.25 }, 0.25],
  [{ cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 2 } }, 2],
  [{ cost: { input_tokens_cost: 0.1, total_cost: 0.25 } }, 0.25],
  [{ cost_in_usd_ticks: 1_399_000 }, 0.0001399],
  [{ cost_in_usd_ticks: 0 }, null],
  [{ estimated_cost: 0.25 }, 0.25],
  [{ cost: -1 }, null],
  [{ cost: {} }, null],
  [{}, null],
];

for (const [usage, usd] of COSTS) {
  Deno.test(`ReportedUsage reads the cost of ${JSON.stringify(usage)}`, () => {
    const reported = new ReportedUsage();
    reported.add({ usage: { ...p, ...usage } });
    assert.equal(reported.costUsd, usd);
  });
}
