import assert from "node:assert/strict";
import { endpointOf } from "../../lib/config/endpoint.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { loaded, refusal, tempHome } from "./temp_home.ts";

Deno.test("endpointOf() says that a stored key is for another address", () => {
  const stored = [{ label: "l", key: "k", origin: "https://old" }];
  using temp = tempHome({
    "config.yaml": "providers: {p: {base_url: 'http://p/v1', key_env: P_KEY}}",
    "credentials.json": JSON.stringify({ version: 1, providers: { p: stored } }),
  });
  assert.deepEqual(refusal(() => endpointOf(loadConfig(temp.home, {}), "p")), [
    'Cannot use provider "p": its stored key is for https://old, and P_KEY is not set',
    78,
  ]);
});

Deno.test("endpointOf() collects the keys in order, each once", () => {
  const text =
    "providers: {p: {base_url: 'http://p/v1', key_env: [B, A, C, D], api_key: inline, headers: {X: y}}}";
  assert.deepEqual(endpointOf(loaded(text, { A: "1", B: "2", C: "1" }), "p"), {
    provider: "p",
    baseUrl: "http://p/v1",
    keys: ["inline", "2", "1"],
    keyNames: ["providers.p.api_key", "B", "A"],
    headers: { X: "y" },
  });
});

Deno.test("endpointOf() says how requests get there, by the environment that came with the config", () => {
  const text = "providers: {p: {base_url: https://p.test/v1}}";
  const of = (env: Record<string, string>) => endpointOf(loaded(text, env), "p").transport;
  assert.equal(of({}), undefined);
  assert.deepEqual(of({ HTTPS_PROXY: "q:1", NODE_EXTRA_CA_CERTS: "/c" }), {
    proxy: { url: "http://q:1/", variable: "HTTPS_PROXY" },
    caFile: "/c",
  });
  assert.throws(() => of({ ALL_PROXY: "socks5://q:1" }), {
    message: 'Cannot use provider "p": ALL_PROXY names a proxy of socks5, expected http or https',
    exitCode: 78,
  });
});

Deno.test("endpointOf() needs no key where config says none", () => {
  assert.deepEqual(endpointOf(loaded(""), "local").keys, []);
  assert.deepEqual(endpointOf(loaded(""), "offline").baseUrl, "");
});

Deno.test("endpointOf() refuses a provider without an address", () => {
  assert.deepEqual(refusal(() => endpointOf(loaded("providers: {p: {key_env: none}}"), "p")), [
    'Cannot use provider "p": it has no base_url',
    78,
  ]);
});
