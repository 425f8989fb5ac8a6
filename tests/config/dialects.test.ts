import assert from "node:assert/strict";
import { dialectOf } from "../../lib/config/dialects.ts";
import { loaded } from "./temp_home.ts";

const CUSTOM = "providers: {mine: {base_url: http://localhost:1/v1}}";

function dialect(provider: string, model: string, config = CUSTOM) {
  return dialectOf(loaded(config).config, { provider, model });
}

const WIRES: readonly (readonly [provider: string, model: string, api: string, isOpen: boolean])[] = [
  ["openai", "gpt-5.5", "responses", true],
  ["openai", "gpt-5.6-mini", "responses", true],
  ["openai", "gpt-5.1-codex", "responses", true],
  ["openai", "o3-pro", "responses", true],
  ["openai", "gpt-5.4", "chat", true],
  ["openai", "gpt-4.1-mini", "chat", true],
  ["anthropic", "claude-sonnet-4-5", "messages", false],
  ["openrouter", "openai/gpt-5.5", "chat", false],
  ["mine", "gpt-5.5", "chat", false],
  ["nobody", "m", "chat", false],
];

for (const [provider, model, api, isOpen] of WIRES) {
  Deno.test(`dialectOf() asks ${model} of ${provider} over ${api}${isOpen ? ", or another wire" : ""}`, () => {
    const { api: chosen, isApiOpen } = dialect(provider, model);
    assert.deepEqual([chosen, isApiOpen], [api, isOpen]);
  });
}

Deno.test("dialectOf() takes the wire that config.yaml names", () => {
  for (const api of ["chat", "responses", "messages"]) {
    const { api: chosen, isApiOpen } = dialect("openai", "gpt-5.5", `providers: {openai: {api: ${api}}}`);
    assert.deepEqual([chosen, isApiOpen], [api, false]);
  }
});

const QUIRKS: readonly (readonly [provider: string, model: string, quirks: readonly string[]])[] = [
  ["gemini", "gemini-3-pro-preview", ["thought_signature"]],
  ["openrouter", "google/gemini-3-flash", ["thought_signature"]],
  ["xai", "grok-4-1-fast", ["text_beside_calls"]],
  ["gemini", "gemini-2.5-flash", []],
  ["deepseek", "deepseek-reasoner", ["reasoning_content"]],
  ["deepseek", "deepseek-v4", ["reasoning_content"]],
  ["deepseek", "deepseek-chat", []],
  ["openrouter", "moonshotai/kimi-k2-thinking", ["reasoning_content"]],
  ["mistral", "mistral-large-latest", ["nine_char_ids"]],
  ["mistral", "magistral-medium-2509", ["nine_char_ids"]],
  ["openai", "gpt-5", []],
];

for (const [provider, model, quirks] of QUIRKS) {
  Deno.test(`dialectOf() knows what ${model} wants: ${quirks.join() || "nothing special"}`, () => {
    assert.deepEqual(dialect(provider, model).quirks, quirks);
  });
}

Deno.test("dialectOf() adds the answer after tools that config.yaml asks for", () => {
  const config = "providers: {mine: {base_url: http://localhost:1/v1, assistant_after_tools: true}}";
  assert.deepEqual(dialect("mine", "mistral-small", config).quirks, [
    "nine_char_ids",
    "assistant_after_tools",
  ]);
});

Deno.test("dialectOf() names the cache's key to OpenAI only, and the limit as the provider does", () => {
  const of = (provider: string) => {
    const { takesCacheKey, limitField } = dialect(provider, "m");
    return [takesCacheKey, limitField];
  };
  assert.deepEqual([of("openai"), of("mine")], [[true, "max_completion_tokens"], [false, "max_tokens"]]);
});
