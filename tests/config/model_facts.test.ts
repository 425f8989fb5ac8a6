import assert from "node:assert/strict";
import { contextLimits } from "../../lib/config/context_limits.ts";
import { loadKnownModels } from "../../lib/config/known_models.ts";
import { holdsUsd, modelFacts } from "../../lib/config/model_facts.ts";
import { unpricedOf } from "../../lib/config/unpriced.ts";
import { loaded } from "./temp_home.ts";

const KNOWN = await loadKnownModels();
const GPT = { provider: "openai", model: "gpt-5.1" };

Deno.test("modelFacts() has what config.yaml says, and the table's word where that says nothing", () => {
  const price = { input: 1, cached: null, cache_write: null, output: 2, long: null };
  const source = { date: "2026-11-30", source: "https://developers.openai.com/api/docs/pricing" };
  const table = {
    context_window: 400_000,
    max_output_tokens: null,
    reasoning_effort: null,
    vision: true,
    price: { input: 1.25, cached: 0.125, cache_write: null, output: 10, long: null },
    max_input_tokens: 272_000,
    longest_answer: 128_000,
    is_billed: true,
    priced_by: source,
  };
  const facts = (settings: object) =>
    modelFacts(loaded(JSON.stringify({ models: { "openai/gpt-5.1": settings } })).config, KNOWN, GPT);
  assert.deepEqual(facts({}), table);
  assert.deepEqual(facts({ vision: false }), { ...table, vision: false });
  assert.deepEqual(facts({ price: { input: 1, output: 2 } }), { ...table, price, priced_by: null });
  assert.deepEqual(facts({ context_window: 9_000 }), {
    ...table,
    context_window: 9_000,
    max_input_tokens: null,
  });
  assert.deepEqual(facts({ max_output_tokens: 500, reasoning_effort: "low" }), {
    ...table,
    max_output_tokens: 500,
    reasoning_effort: "low",
    longest_answer: null,
  });
});

Deno.test("contextLimits() leaves the room that an answer takes, and sends no more than may be sent", () => {
  const limits = (provider: string, model: string, settings: object = {}) => {
    const { config } = loaded(JSON.stringify({ models: { [model]: settings } }));
    const { window, outputLimit } = contextLimits(config, modelFacts(config, KNOWN, { provider, model }));
    return [window, outputLimit];
  };
  assert.deepEqual(limits("openai", "gpt-5.1"), [400_000, 128_000]);
  assert.deepEqual(limits("openai", "gpt-5.1", { max_output_tokens: 1_000 }), [400_000, 128_000]);
  assert.deepEqual(limits("openai", "gpt-5.1", { context_window: 50_000 }), [50_000, 32_000]);
  assert.deepEqual(limits("anthropic", "claude-sonnet-4-5"), [200_000, 32_000]);
  assert.deepEqual(limits("anthropic", "claude-3-5-haiku"), [200_000, 8_192]);
  assert.deepEqual(limits("anthropic", "claude-sonnet-4-5", { max_output_tokens: 64_000 }), [
    200_000,
    64_000,
  ]);
  assert.deepEqual(limits("anthropic", "unheard-of"), [null, null]);
  assert.deepEqual(limits("anthropic", "unheard-of", { context_window: 9_000 }), [9_000, null]);
});

Deno.test("a budget in USD holds for models with a price and for those that nobody bills", () => {
  const holds = (settings: object, provider: string, model: string) =>
    holdsUsd(modelFacts(loaded(JSON.stringify(settings)).config, KNOWN, { provider, model }));
  const proxy = { base_url: "http://127.0.0.1:4000/v1", key_env: "none" };
  assert.equal(holds({}, "openai", "gpt-5.1"), true);
  assert.equal(holds({}, "openai", "gpt-unheard-of"), false);
  assert.equal(holds({}, "offline", "offline"), true);
  assert.equal(holds({}, "local", "llama3"), true);
  assert.equal(holds({ providers: { local: proxy } }, "local", "llama3"), false);
  assert.equal(holds({ providers: { local: { key_env: "SOME_KEY" } } }, "local", "llama3"), false);
  assert.equal(holds({ providers: { proxy } }, "proxy", "llama3"), false);
  assert.equal(holds({ models: { llama3: { price: { input: 0, output: 0 } } } }, "proxy", "llama3"), true);
});

Deno.test("unpricedOf() names the first model without a price and the ways out", () => {
  const { config } = loaded("");
  const said = (...models: readonly (readonly [string, string])[]) =>
    unpricedOf(
      models.map(([provider, model]) => ({ provider, model, reasoningEffort: null })),
      (each) => modelFacts(config, KNOWN, each),
    );
  assert.equal(said(["openai", "gpt-5.1"], ["anthropic", "claude-opus-4-5"]), null);
  assert.equal(
    said(["openai", "gpt-nope"])?.message,
    'Cannot hold a budget in USD: no price is known for model "openai/gpt-nope"',
  );
  const fallback = said(["openai", "gpt-5.1"], ["groq", "nope"]);
  assert.match(fallback?.message ?? "", /"groq\/nope", to which openai\/gpt-5.1 may fall back$/);
  assert.match(fallback?.hint ?? "", /models\."groq\/nope"\.price.*--token-budget/);
});
