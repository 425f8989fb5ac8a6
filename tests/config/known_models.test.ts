import assert from "node:assert/strict";
import { type KnownModel, loadKnownModels } from "../../lib/config/known_models.ts";
import { BUILT_IN_PROVIDERS } from "../../lib/config/providers.ts";
import { loaded } from "./temp_home.ts";

const KNOWN = await loadKnownModels();
const SETTINGS = {
  providers: {
    grok: { base_url: "https://api.x.ai/v1" },
    kimi: { base_url: "https://api.moonshot.ai/v1" },
    proxy: { base_url: "http://127.0.0.1:4000/v1" },
    openai: { base_url: "http://127.0.0.1:4000/v1" },
    groq: { base_url: "https://api.openai.com/v1" },
  },
};
const { config } = loaded(JSON.stringify(SETTINGS));

function name(known: KnownModel | null): string | null {
  return known === null ? null : `${known.provider}/${known.model}`;
}

/** What `provider/model` is taken for. */
const MEANT: Readonly<Record<string, string | null>> = {
  "openai/gpt-5.1": "openai/gpt-5.1",
  "openai/gpt-5.1-2025-11-13": "openai/gpt-5.1",
  "openai/gpt-4o-2024-05-13": "openai/gpt-4o-2024-05-13",
  "openai/gpt-4o-2024-08-06": "openai/gpt-4o",
  "openai/gpt-5.1-codex-mini": "openai/gpt-5.1-codex-mini",
  "openai/gpt-5.1-mini": null,
  "openai/gpt-5.1-2025": null,
  "openai/constructor": null,
  "openai/claude-sonnet-4-5": null,
  "anthropic/claude-sonnet-4-5-20250929": "anthropic/claude-sonnet-4-5",
  "anthropic/claude-3-5-haiku-latest": "anthropic/claude-3-5-haiku",
  "anthropic/claude-opus-4-20250514": "anthropic/claude-opus-4-0",
  "anthropic/claude-opus-4-1-20250805": "anthropic/claude-opus-4-1",
  "gemini/gemini-2.5-flash-001": "gemini/gemini-2.5-flash",
  "gemini/models/gemini-2.5-pro": "gemini/gemini-2.5-pro",
  "gemini/gemini-pro-latest": "gemini/gemini-3.1-pro-preview",
  "mistral/mistral-large-latest": "mistral/mistral-large-2512",
  "groq/gpt-4.1": "openai/gpt-4.1",
  "groq/llama-3.3-70b-versatile": null,
  "grok/grok-4-0709": "xai/grok-4",
  "kimi/kimi-k2.6": "moonshot/kimi-k2.6",
  "proxy/gpt-5.1": null,
  "local/gpt-5.1": null,
  "nowhere/gpt-5.1": null,
  "openrouter/openai/gpt-5.1": "openai/gpt-5.1",
  "openrouter/anthropic/claude-sonnet-4.5": "anthropic/claude-sonnet-4-5",
  "openrouter/anthropic/claude-3.5-sonnet": "anthropic/claude-3-5-sonnet",
  "openrouter/google/gemini-2.5-pro": "gemini/gemini-2.5-pro",
  "openrouter/x-ai/grok-4": "xai/grok-4",
  "openrouter/openai/gpt-5.1:batch": null,
  "openrouter/deepseek/deepseek-chat": null,
  "openrouter/moonshotai/kimi-k2.6": null,
  "openrouter/gpt-5.1": null,
};

Deno.test("find() knows a model by its provider's name or host, versions and aliases as the model, nothing by guess", () => {
  const found = Object.keys(MEANT).map((each) => {
    const slash = each.indexOf("/");
    const known = KNOWN.find(config, { provider: each.slice(0, slash), model: each.slice(slash + 1) });
    return [each, name(known)];
  });
  assert.deepEqual(Object.fromEntries(found), MEANT);
});

Deno.test("each model of the table can be, and is told with date and source", () => {
  const wrong = KNOWN.all.filter((each) => {
    const { context_window, max_input_tokens, max_output_tokens, price, date, source } = each;
    const isFitting = [max_input_tokens, max_output_tokens].every((tokens) =>
      tokens === null || (Number.isInteger(tokens) && tokens > 0 && tokens < context_window)
    );
    const isDated = /^20\d\d-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
    return !Number.isInteger(context_window) || context_window < 8_000 || !isFitting || !isDated ||
      !source.startsWith("https://") || (price !== null && !isPrice(price));
  });
  assert.deepEqual(wrong, []);
});

function isPrice({ long, ...rate }: NonNullable<KnownModel["price"]>): boolean {
  const isRate = ({ input, cached, cache_write, output }: typeof rate) =>
    input > 0 && output >= input && (cached === null || (cached > 0 && cached < input)) &&
    (cache_write === null || cache_write >= input);
  return isRate(rate) &&
    (long === null || (isRate(long) && long.above >= 100_000 && long.input > rate.input));
}

Deno.test("no two models of a provider share a name, and each is found by its own", () => {
  const names = KNOWN.all.map((each) => `${each.provider}/${each.model}`);
  assert.equal(new Set(names).size, names.length);
  const standard = loaded("").config;
  const own = KNOWN.all.filter(({ provider }) => Object.hasOwn(BUILT_IN_PROVIDERS, provider));
  assert.deepEqual(own.map((each) => name(KNOWN.find(standard, each))), own.map(name));
});

Deno.test("each built-in provider with models of its own is in the table", () => {
  const known = new Set(KNOWN.all.map(({ provider }) => provider));
  const unknown = Object.keys(BUILT_IN_PROVIDERS).filter((provider) => !known.has(provider));
  assert.deepEqual(unknown, ["openrouter", "local", "offline"]);
});
