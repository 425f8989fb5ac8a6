import assert from "node:assert/strict";
import { setConfigValue } from "../../lib/config/edit.ts";
import { inspectConfig } from "../../lib/config/inspect.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { refusal, tempHome } from "./temp_home.ts";

const PROVIDERS =
  "openai, openrouter, anthropic, gemini, groq, deepseek, xai, mistral, together, local, offline";

/** [what stands in config.yaml, what a check says of it without the file's name] */
const UNUSABLE: readonly (readonly [string, string])[] = [
  ["model: {provider: opnai}", '1:9: model.provider: unknown provider "opnai", did you mean "openai"?'],
  [
    "delegation: {provider: nowhere-at-all}",
    `1:14: delegation.provider: unknown provider "nowhere-at-all", expected one of ${PROVIDERS}`,
  ],
  [
    "delegation: {tiers: {a: {model: m, provider: anthropc}}}",
    '1:36: delegation.tiers.a.provider: unknown provider "anthropc", did you mean "anthropic"?',
  ],
  [
    "fallback_providers: [{provider: gemni}]",
    '1:23: fallback_providers[0].provider: unknown provider "gemni", did you mean "gemini"?',
  ],
  [
    "credential_pool_strategies: {groqq: random}",
    '1:30: credential_pool_strategies.groqq: unknown provider "groqq", did you mean "groq"?',
  ],
  ["providers: {mine: {key_env: none}}", "1:13: providers.mine: it has no base_url, so it cannot be asked"],
  [
    "delegation: {default_toolsets: [web, treminal]}",
    '1:38: delegation.default_toolsets[1]: unknown toolset "treminal", did you mean "terminal"?',
  ],
  [
    "delegation: {default_toolsets: ['mcp:docs']}",
    '1:33: delegation.default_toolsets[0]: unknown MCP server "docs", none is in mcp_servers',
  ],
  [
    "delegation: {tiers: {a: {model: m}}, routes: [{when: {toolsets: [files]}, tier: a}]}",
    '1:66: delegation.routes[0].when.toolsets[0]: unknown toolset "files", did you mean "file"?',
  ],
  ["terminal: {sandbox: on}", "1:12: terminal.sandbox: this version has no sandbox: auto or off"],
  [
    "providers: {mine: {base_url: '${NOWHERE}'}}\nmodel: {provider: mine}",
    "1:20: providers.mine.base_url: ${NOWHERE} is not set",
  ],
];

for (const [text, expected] of UNUSABLE) {
  Deno.test(`inspectConfig() finds what would end a run in "${text}", and it loads all the same`, () => {
    using temp = tempHome({ "config.yaml": text });
    const { unusable, path, errors } = inspectConfig(temp.home, {});
    assert.deepEqual(unusable.map((each) => each.text.replace(`${path}:`, "")), [expected]);
    assert.deepEqual(errors, []);
    loadConfig(temp.home, {});
  });
}

Deno.test("inspectConfig() has nothing against what is named and there", () => {
  using temp = tempHome({
    "config.yaml": `
model: {provider: auto}
providers: {mine: {base_url: "http://[::1]:65535/v1"}}
fallback_providers: [{provider: mine}]
mcp_servers: {docs: {command: x}}
delegation: {provider: mine, default_toolsets: [file_read, "mcp:docs"], tiers: {a: {model: m, provider: offline}}}
`,
  });
  assert.deepEqual(inspectConfig(temp.home, {}).unusable, []);
});

for (
  const url of [
    "http://127.0.0.1:99999/v1",
    "http://",
    "https://h:port/v1",
    "http://[::1/v1",
    "ftp://h/v1",
    "h/v1",
  ]
) {
  Deno.test(`loadConfig() refuses the address ${url}`, () => {
    using temp = tempHome({ "config.yaml": `providers: {mine: {base_url: "${url}"}}` });
    const [message, code] = refusal(() => loadConfig(temp.home, {}));
    assert.match(message, /config\.yaml:1:20: providers\.mine\.base_url: expected an? .*URL/);
    assert.equal(code, 78);
  });
}

Deno.test("setConfigValue() refuses what would end a run", () => {
  for (
    const [key, value] of [
      ["model.provider", "opnai"],
      ["terminal.sandbox", "on"],
      ["delegation.default_toolsets", "[files]"],
      ["delegation.tiers.a", "{model: m, provider: nope}"],
      ["providers.mine.base_url", "http://h:99999"],
    ] as const
  ) {
    const [message, code] = refusal(() => setConfigValue("", key, value));
    assert.match(message, new RegExp(`^Cannot set "${RegExp.escape(key)}": `));
    assert.equal(code, 2);
  }
});
