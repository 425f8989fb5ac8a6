import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

const KEY = "sk-models-0123456789";

/** `hermes models` with a config.yaml. */
async function models(config: unknown, args: readonly string[] = [], terminalColumns?: number) {
  using dir = new TempDir();
  Deno.writeTextFileSync(dir.at("config.yaml"), JSON.stringify(config));
  const env = { HERMES_HOME: dir.path, MY_KEY: KEY };
  return await runCli(["models", ...args], { env, ...(terminalColumns ? { terminalColumns } : {}) });
}

const CONFIG = {
  model: { provider: "mine", default: "big" },
  providers: {
    mine: { base_url: `http://user:pw@127.0.0.1:9/v1`, key_env: ["MY_KEY", "MY_KEY_2"] },
  },
  models: {
    big: { context_window: 128000, price: { input: 2.5, output: 10 } },
    "openai/other": { context_window: 8000 },
  },
  delegation: { tiers: { cheap: { model: "small" }, strong: { model: "big" } } },
};

Deno.test("models prints providers with the states of their keys, models and the default", async (t) => {
  const { code, stdout, stderr } = await models(CONFIG);
  assert.deepEqual([code, stderr], [0, ""]);
  await t.assertSnapshot(stdout);
});

Deno.test("models knows the keys that auth add has stored, as far as they are for the provider's address", async () => {
  using dir = new TempDir();
  const env = { HERMES_HOME: dir.path };
  const run = (args: readonly string[], stdin = "") => runCli(args, { env, stdin });
  assert.equal((await run(["auth", "add", "openai", "--label", "work"], "sk-stored-key-1\n")).code, 0);
  const { stdout } = await run(["models"]);
  assert.match(stdout, /^openai +work stored +https/m);
  assert.match(stdout, /default: gpt-5\.1 of openai\n$/);
  assert.doesNotMatch(stdout, /sk-stored/);
  const { providers } = JSON.parse((await run(["models", "--json"])).stdout);
  const [openai] = providers.filter(({ name }: { name: string }) => name === "openai");
  assert.deepEqual([openai.keys, openai.ready], [
    [{ name: "OPENAI_API_KEY", set: false }, { name: "work", set: true, stored: true }],
    true,
  ]);
  Deno.writeTextFileSync(dir.at("config.yaml"), "providers: {openai: {base_url: 'https://other/v1'}}");
  assert.match((await run(["models"])).stdout, /^openai +OPENAI_API_KEY not set/m);
});

Deno.test("models --json says all of it and shows no key", async () => {
  const { stdout } = await models(CONFIG, ["--json"]);
  assert.doesNotMatch(stdout, new RegExp(`${KEY}|user:pw`));
  const report = JSON.parse(stdout);
  assert.deepEqual(report.default, { provider: "mine", model: "big" });
  assert.deepEqual(report.providers[0], {
    name: "mine",
    base_url: "http://***@127.0.0.1:9/v1",
    keys: [{ name: "MY_KEY", set: true }, { name: "MY_KEY_2", set: false }],
    ready: true,
  });
  const price = { input: 2.5, cached: null, cache_write: null, output: 10, long: null };
  assert.deepEqual(report.models, [
    {
      provider: "mine",
      model: "big",
      default: true,
      uses: ["chat", "tier strong"],
      context_window: 128000,
      vision: null,
      price,
    },
    {
      provider: "mine",
      model: "small",
      default: false,
      uses: ["tier cheap"],
      context_window: null,
      vision: null,
      price: null,
    },
    {
      provider: "openai",
      model: "other",
      default: false,
      uses: [],
      context_window: 8000,
      vision: null,
      price: null,
    },
  ]);
});

Deno.test("models shows what is known of models that config.yaml only names", async () => {
  const { stdout } = await models({
    model: { provider: "anthropic", default: "claude-sonnet-4-5-20250929" },
    delegation: { tiers: { cheap: { model: "gpt-5-mini", provider: "openai" } } },
  }, ["--json"]);
  const shown = JSON.parse(stdout).models.map(
    (each: { model: string; context_window: number; vision: boolean; price: { input: number } }) => [
      each.model,
      each.context_window,
      each.vision,
      each.price.input,
    ],
  );
  assert.deepEqual(shown, [
    ["claude-sonnet-4-5-20250929", 200_000, true, 3],
    ["gpt-5-mini", 400_000, true, 0.25],
  ]);
});

Deno.test("models --prices --json says of when and from where, and what config.yaml says instead", async () => {
  const config = {
    models: {
      "openai/gpt-5.1": { price: { input: 9, output: 99 } },
      "openai/of-mine": { context_window: 7 },
    },
  };
  const { code, stdout } = await models(config, ["--prices", "--json", "--provider", "openai"]);
  assert.equal(code, 0);
  const rows = new Map<string, Record<string, unknown>>(
    JSON.parse(stdout).models.map((each: { model: string }) => [each.model, each]),
  );
  assert.deepEqual(rows.get("gpt-5.1"), {
    provider: "openai",
    model: "gpt-5.1",
    context_window: 400_000,
    max_output_tokens: 128_000,
    vision: true,
    price: { input: 9, cached: null, cache_write: null, output: 99, long: null },
    date: null,
    source: "config.yaml",
  });
  assert.deepEqual(rows.get("gpt-4.1"), {
    provider: "openai",
    model: "gpt-4.1",
    context_window: 1_047_576,
    max_output_tokens: 32_768,
    vision: true,
    price: { input: 2, cached: 0.5, cache_write: null, output: 8, long: null },
    date: "2026-11-30",
    source: "https://developers.openai.com/api/docs/pricing",
  });
  const { price, source, context_window } = rows.get("of-mine") ?? {};
  assert.deepEqual([price, source, context_window], [null, null, 7]);
});

Deno.test("models --prices prints a table that fits, with its sources", async (t) => {
  const config = { models: { "xai/grok-next": { price: { input: 1, output: 2 } } } };
  for (const columns of [60, 110]) {
    const { code, stdout, stderr } = await models(config, ["--prices", "--provider", "xai"], columns);
    assert.deepEqual([code, stderr], [0, ""]);
    const [table = ""] = stdout.split("\n\n");
    assert.ok(table.split("\n").every((line) => line.length <= columns), table);
    await t.assertSnapshot(stdout);
  }
});

Deno.test("models --prices of a provider without any says whose there are", async () => {
  const { code, stdout, stderr } = await models({}, ["--prices", "--provider", "opnai"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(
    stderr,
    /^hermes: Cannot find prices of provider "opnai": expected one of openai, anthropic, /,
  );
});

Deno.test("models says why there is no default", async () => {
  const { code, stdout } = await models({});
  assert.equal(code, 0);
  assert.match(stdout, /no default: Cannot use provider "openai": OPENAI_API_KEY is not set\n$/);
});

/** What `models --provider mine` does with a server that answers so. */
async function asked(listener: RequestListener, args: readonly string[] = []) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  try {
    const providers = { mine: { base_url: `http://127.0.0.1:${port}/v1/`, key_env: "MY_KEY" } };
    const result = await models({ providers }, ["--provider", "mine", ...args]);
    return { ...result, stderr: result.stderr.replace(`:${port}`, ":PORT") };
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

Deno.test("models --provider asks the server with its key and prints the ids sorted", async () => {
  const seen: unknown[] = [];
  const listener: RequestListener = (request, response) => {
    seen.push([request.method, request.url, request.headers.authorization]);
    response.end(JSON.stringify({ data: [{ id: "b" }, { id: "a\u001b[2J" }] }));
  };
  assert.deepEqual(await asked(listener), { code: 0, stdout: "a\nb\n", stderr: "" });
  assert.deepEqual(seen, [["GET", "/v1/models", `Bearer ${KEY}`]]);
  const { stdout } = await asked((_, response) => response.end('{"data": [{"id": "m"}]}'), ["--json"]);
  assert.deepEqual(JSON.parse(stdout), { provider: "mine", models: [{ id: "m" }] });
});

const answer = (status: number, body: string, headers = {}): RequestListener => (_, response) => {
  response.writeHead(status, headers).end(body);
};
const REFUSALS: readonly (readonly [claim: string, listener: RequestListener, code: number, said: string])[] =
  [
    ["401", answer(401, "no"), 78, "answered 401\nCheck MY_KEY"],
    ["404", answer(404, "no"), 1, "answered 404"],
    ["500", answer(500, "no"), 75, "answered 500"],
    ["a redirect", answer(302, "", { location: "http://127.0.0.1:9/" }), 1, "answered 302"],
    ["a page", answer(200, "<html>"), 1, "did not answer with a list of models"],
    ["another document", answer(200, '{"data": [3]}'), 1, "did not answer with a list of models"],
    [
      "a closed connection",
      (request) => request.socket.destroy(),
      75,
      "cannot be reached: the connection was closed in mid-answer\n" +
      "Check that the server runs and that base_url in config.yaml is right",
    ],
  ];

for (const [claim, listener, code, said] of REFUSALS) {
  Deno.test(`models --provider answers ${claim} with exit code ${code}`, async () => {
    const stderr = `hermes: Cannot list the models of "mine": http://127.0.0.1:PORT/v1/models ${said}\n`;
    assert.deepEqual(await asked(listener), { code, stdout: "", stderr });
  });
}

Deno.test("models --provider of an unknown provider exits 78", async () => {
  const { code, stderr } = await models({}, ["--provider", "opnai"]);
  assert.equal(code, 78);
  assert.match(stderr, /^hermes: Cannot use provider "opnai": it is unknown/);
});
