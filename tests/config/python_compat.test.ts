import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolveModel } from "../../lib/config/models.ts";
import { fromPython } from "../../lib/config/python_compat.ts";
import { initConfig } from "../../lib/config/init.ts";
import { parseYaml } from "../../lib/config/yaml_file.ts";
import { loaded } from "./temp_home.ts";

const FIXTURE = readFileSync(new URL("./fixtures/python_config.yaml", import.meta.url), "utf8");
const KEYS = { OPENAI_API_KEY: "sk-openai-key", OPENROUTER_API_KEY: "sk-or-key" };

Deno.test("loadConfig() loads what the Python Hermes wrote, without a warning", () => {
  const { config, warnings } = loaded(FIXTURE);
  assert.deepEqual(warnings, []);
  assert.deepEqual(config.approvals, { mode: "dangerous", timeout: 60, children: "ask", allow: [] });
  assert.equal(config.terminal.timeout, 120);
  assert.equal(config.web.allow_private_urls, true);
  assert.deepEqual(config.fallback_providers, [
    { provider: "openrouter", model: "google/gemini-3-flash-preview" },
  ]);
  assert.deepEqual(config.delegation.tiers, {
    research: { model: "google/gemini-3-flash-preview", provider: "openrouter", reasoning_effort: null },
    code: { model: "anthropic/claude-sonnet-4.6", provider: null, reasoning_effort: null },
  });
  assert.deepEqual(
    [config.delegation.model, config.delegation.provider, config.delegation.max_concurrent_children],
    [null, null, 3],
  );
  assert.equal(config.models["anthropic/claude-opus-4.6"]?.context_window, 200_000);
  assert.deepEqual(config.mcp_servers.time?.args, ["mcp-server-time"]);
});

Deno.test("loadConfig() finds the endpoints of the Python Hermes in all their places", () => {
  const { providers } = loaded(FIXTURE).config;
  const { base_url, api, key_env, headers } = providers["my-proxy"] ?? assert.fail("my-proxy is missing");
  assert.deepEqual({ base_url, api, key_env, headers }, {
    base_url: "https://llm.internal.example.com/v1",
    api: "responses",
    key_env: "MY_PROXY_KEY",
    headers: { "X-Client-Name": "hermes" },
  });
  assert.equal(providers["lab-server"]?.base_url, "http://10.0.0.7:8000/v1");
});

Deno.test("resolveModel() of provider auto prefers the one whose address the Python config names", () => {
  assert.deepEqual(resolveModel(loaded(FIXTURE, KEYS), {}), {
    provider: "openrouter",
    model: "anthropic/claude-opus-4.6",
    reasoningEffort: null,
  });
});

/** [claim, YAML, model and provider that come of it] */
const MODELS: readonly [string, string, [string, string | undefined]][] = [
  ["a model that is just a name", "model: gpt-5.1", ["openai", undefined]],
  ["an address of one's own", "model: {default: m, base_url: 'http://h:1/v1'}", ["custom", "http://h:1/v1"]],
  ["an address of one's own beside auto", "model: {provider: auto, base_url: 'http://h:1/v1'}", [
    "custom",
    "http://h:1/v1",
  ]],
  ["an address beside a known provider", "model: {provider: openai, base_url: 'http://h:1/v1'}", [
    "openai",
    "http://h:1/v1",
  ]],
  [
    "no leftover address of another provider",
    "model: {provider: openai, base_url: 'https://openrouter.ai/api/v1/'}",
    ["openai", "https://api.openai.com/v1"],
  ],
  ["an alias of a local server", "model: {provider: ollama, model: qwen}", [
    "local",
    "http://127.0.0.1:11434/v1",
  ]],
  [
    "a custom provider by its name",
    "model: {provider: 'custom:My Lab'}\ncustom_providers: [{name: My Lab, base_url: 'http://lab/v1'}]",
    ["my-lab", "http://lab/v1"],
  ],
  [
    "a provider of the file's own before an alias",
    "model: {provider: ollama}\nproviders: {ollama: {base_url: 'http://o/v1'}}",
    ["ollama", "http://o/v1"],
  ],
];

for (const [claim, text, [provider, baseUrl]] of MODELS) {
  Deno.test(`fromPython() understands ${claim}`, () => {
    const found = loaded(text, KEYS);
    assert.deepEqual(found.warnings, []);
    const ref = resolveModel(found, {});
    assert.equal(ref.provider, provider);
    if (baseUrl !== undefined) assert.equal(found.config.providers[provider]?.base_url, baseUrl);
  });
}

Deno.test("fromPython() gives an endpoint of delegation a provider of its own", () => {
  const { delegation, providers } =
    loaded("delegation: {model: m, base_url: 'http://d/v1', api_key: k}").config;
  assert.deepEqual([delegation.model, delegation.provider], ["m", "delegation"]);
  assert.deepEqual([providers.delegation?.base_url, providers.delegation?.api_key], ["http://d/v1", "k"]);
});

Deno.test("fromPython() takes off as YAML 1.1 wrote it", () => {
  assert.equal(loaded("approvals: {mode: false}").config.approvals.mode, "off");
  assert.equal(loaded("approvals: {mode: manual}").config.approvals.mode, "dangerous");
});

Deno.test("fromPython() says when a wall of the user's is not kept", () => {
  const { warnings } = loaded(
    "terminal: {backend: docker}\napprovals: {deny: ['rm *']}\nproviders: {a: {base_url: 'http://a/v1', api_mode: anthropic_messages}}",
  );
  assert.deepEqual(warnings.map((warning) => warning.replace(/^.*config.yaml:/, "")), [
    '3:13: providers.a: the wire format "anthropic_messages" is not spoken: it is asked in OpenAI\'s',
    "2:13: approvals.deny: not supported: these commands are treated as any other",
    '1:12: terminal.backend: "docker" is not supported: commands run on this machine',
  ]);
});

Deno.test("fromPython() leaves a file of our own as it is, and its argument too", () => {
  const own = parseYaml(initConfig()).value;
  const before = structuredClone(own);
  assert.deepEqual(fromPython(own), { value: before, notes: [] });
  const theirs = parseYaml(FIXTURE).value;
  const theirsBefore = structuredClone(theirs);
  fromPython(theirs);
  assert.deepEqual(theirs, theirsBefore);
});

Deno.test("fromPython() turns retention on and off as auto_prune says there, and leaves our own key alone", () => {
  const days = (text: string) => {
    const { config, warnings } = loaded(text);
    return [config.sessions.retention_days, warnings.length];
  };
  const all = "retention_days: 90, vacuum_after_prune: true, min_interval_hours: 24";
  assert.deepEqual(days(`sessions: {auto_prune: true, ${all}}`), [90, 0]);
  assert.deepEqual(days("sessions: {auto_prune: true, retention_days: 7}"), [7, 0]);
  assert.deepEqual(days("sessions: {auto_prune: true}"), [90, 0]);
  assert.deepEqual(days(`sessions: {auto_prune: false, ${all}}`), [null, 0]);
  assert.deepEqual(days(`_config_version: 24\nsessions: {${all}}`), [null, 0]);
  assert.deepEqual(days("sessions: {auto_prune: false, retention_days: 30}"), [null, 1], "it is told");
  assert.deepEqual(days("sessions: {retention_days: 30}"), [30, 0]);
  assert.deepEqual(days("_config_version: 24"), [null, 0]);
});
