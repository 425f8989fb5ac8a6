import assert from "node:assert/strict";
import { showConfig, showValue } from "../../lib/config/show.ts";
import { parseYaml } from "../../lib/config/yaml_file.ts";
import { loaded } from "./temp_home.ts";

Deno.test("showConfig() is the effective configuration as YAML", () => {
  const config = loaded("delegation: {max_queued: 3}");
  assert.deepEqual(parseYaml(showConfig(config)).value, config.config);
});

Deno.test("showConfig() shows no secret, wherever it stands", () => {
  const text = `
providers:
  p: {base_url: "http://user:\${URL_PASSWORD}@p/v1?api_key=tiny&v=1", api_key: sh, headers: {X-Key: tiny}}
mcp_servers:
  m: {command: "run --token \${MCP_TOKEN}", env: {A: abc}}
`;
  const shown = showConfig(loaded(text, { URL_PASSWORD: "hunter2hunter2", MCP_TOKEN: "token-of-mcp" }));
  const { providers, mcp_servers } = parseYaml(shown).value as Record<string, Record<string, unknown>>;
  const { base_url, api_key, headers } = providers?.p as Record<string, unknown>;
  assert.deepEqual({ base_url, api_key, headers }, {
    base_url: "http://***@p/v1?api_key=***&v=1",
    api_key: "***",
    headers: { "X-Key": "***" },
  });
  const { command, env } = mcp_servers?.m as Record<string, unknown>;
  assert.deepEqual({ command, env }, { command: "run --token ***", env: { A: "***" } });
});

Deno.test("showValue() shows a scalar bare and anything else as YAML", () => {
  assert.deepEqual(
    [showValue("a: b"), showValue(3), showValue(null), showValue(["a"]), showValue({ a: 1 })],
    [
      "a: b",
      "3",
      "null",
      "- a",
      "a: 1",
    ],
  );
});
