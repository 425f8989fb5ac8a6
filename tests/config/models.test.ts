import assert from "node:assert/strict";
import { modelSettings, type ModelWish, resolveModel, takenFor } from "../../lib/config/models.ts";
import { UserError } from "../../lib/support/errors.ts";
import { loaded, refusal } from "./temp_home.ts";

const KEYS = { OPENAI_API_KEY: "sk-openai-key", OPENROUTER_API_KEY: "sk-or-key" };

/** [claim, YAML, wish, provider and model] */
const CHOICES: readonly [string, string, ModelWish, [string, string]][] = [
  ["config's model", "", {}, ["openai", "gpt-5.1"]],
  ["the wished model of config's provider", "", { model: "gpt-5-mini" }, ["openai", "gpt-5-mini"]],
  ["provider/model where the prefix is a provider", "", { model: "local/qwen:7b" }, ["local", "qwen:7b"]],
  ["a name with a slash whose prefix is no provider", "", { model: "meta/llama" }, ["openai", "meta/llama"]],
  ["a name beside a provider as it is", "", { model: "openai/x", provider: "local" }, ["local", "openai/x"]],
  ["vendor names of openrouter", "model: {provider: openrouter}", { model: "openai/gpt-5.1" }, [
    "openrouter",
    "openai/gpt-5.1",
  ]],
  ["openrouter's own prefix", "model: {provider: openrouter}", { model: "openrouter/x/y" }, [
    "openrouter",
    "x/y",
  ]],
  ["config's model name as it is", "model: {provider: openrouter, default: openai/x}", {}, [
    "openrouter",
    "openai/x",
  ]],
  ["the first with a key for auto", "model: {provider: auto}", {}, ["openai", "gpt-5.1"]],
  [
    "one of the file's own for auto",
    "model: {provider: auto}\nproviders: {mine: {base_url: 'http://m/v1'}}",
    {},
    ["mine", "gpt-5.1"],
  ],
  ["the offline model by wish", "", { offline: true, model: "x", provider: "y" }, ["offline", "offline"]],
  ["the offline model by config", "model: {provider: offline}", {}, ["offline", "offline"]],
];

for (const [claim, text, wish, [provider, model]] of CHOICES) {
  Deno.test(`resolveModel() takes ${claim}`, () => {
    assert.deepEqual(resolveModel(loaded(text, KEYS), wish), { provider, model, reasoningEffort: null });
  });
}

Deno.test("resolveModel() takes the effort that models says", () => {
  const config = loaded("models: {openai/a: {reasoning_effort: low}, b: {reasoning_effort: high}}", KEYS);
  assert.equal(resolveModel(config, { model: "a" }).reasoningEffort, "low");
  assert.equal(resolveModel(config, { model: "b" }).reasoningEffort, "high");
});

Deno.test("resolveModel() refuses an unknown provider and lists the known ones", () => {
  assert.deepEqual(refusal(() => resolveModel(loaded(""), { provider: "grok" })), [
    'Cannot use provider "grok": it is unknown, expected one of openai, openrouter, anthropic, gemini, groq, ' +
    "deepseek, xai, mistral, together, local, offline",
    78,
  ]);
  assert.deepEqual(refusal(() => resolveModel(loaded(""), { provider: "toString" }))[1], 78);
});

Deno.test("resolveModel() without a key names every way out", () => {
  for (const text of ["", "model: {provider: auto}"]) {
    try {
      resolveModel(loaded(text, { GROQ_API_KEY: "" }), {});
      assert.fail("it found a model");
    } catch (error) {
      assert(error instanceof UserError, String(error));
      assert.equal(error.exitCode, 78);
      for (const way of ["OPENAI_API_KEY", "hermes auth add openai", ".env", "config.yaml", "--offline"]) {
        assert(error.hint?.includes(way), way);
      }
    }
  }
});

Deno.test("resolveModel() names the providers that have a key when the chosen one has none", () => {
  try {
    resolveModel(loaded("", { GROQ_API_KEY: "gsk-key", XAI_API_KEY: "xai-key" }), {});
    assert.fail("it found a model");
  } catch (error) {
    assert(error instanceof UserError, String(error));
    assert.equal(error.message, 'Cannot use provider "openai": OPENAI_API_KEY is not set');
    assert(error.hint?.includes("--provider groq, xai"), error.hint);
  }
});

/** [model, what is said of it] */
const TAKEN: readonly (readonly [string, string | null])[] = [
  ["nonesuch/x", 'no provider is called "nonesuch", so "nonesuch/x" was taken for a model of "openai"'],
  [
    "opnai/gpt-5.1",
    'no provider is called "opnai", so "opnai/gpt-5.1" was taken for a model of "openai", did you mean "openai/gpt-5.1"?',
  ],
  [
    "anthropic",
    '"anthropic" is a provider and was taken for a model of "openai": name one of its models as anthropic/NAME',
  ],
  ["gpt-9", null],
  ["anthropic/claude", null],
];

Deno.test("takenFor() says what a name was taken for where another may be meant, and an error does, too", () => {
  const { config } = loaded("");
  for (const [model, said] of TAKEN) {
    assert.equal(takenFor(config, { model }, "openai"), said);
    assert.equal(takenFor(config, { model, provider: "openai" }, "openai"), null);
    if (model.startsWith("anthropic/")) continue;
    const [message, code] = refusal(() => resolveModel(loaded(""), { model }));
    const missing = 'Cannot use provider "openai": OPENAI_API_KEY is not set';
    assert.deepEqual([message, code], [said === null ? missing : `${missing} (${said})`, 78]);
  }
});

Deno.test("modelSettings() prefers provider/model and knows nothing of others", () => {
  const { config } = loaded(
    "models: {m: {context_window: 1}, p/m: {context_window: 2, price: {input: 1, output: 2}}}",
  );
  assert.equal(modelSettings(config, { provider: "q", model: "m" }).context_window, 1);
  assert.deepEqual(modelSettings(config, { provider: "p", model: "m" }).price, {
    input: 1,
    cached: null,
    cache_write: null,
    output: 2,
    long: null,
  });
  assert.deepEqual(modelSettings(config, { provider: "p", model: "constructor" }), {
    context_window: null,
    max_output_tokens: null,
    reasoning_effort: null,
    vision: null,
    price: null,
  });
});
