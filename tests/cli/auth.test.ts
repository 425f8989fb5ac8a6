import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { loadConfig } from "../../lib/config/load.ts";
import { endpointOf } from "../../lib/config/endpoint.ts";
import { fileCredentialState } from "../../lib/store/credential_state.ts";
import { fingerprintOf } from "../../lib/provider/credential.ts";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

const KEY = "sk-planted-12345678";

/** A home of a test and `hermes auth` in it. */
function auth() {
  const dir = new TempDir();
  const env = { HERMES_HOME: dir.path, GROQ_API_KEY: "gsk-planted-87654321" };
  const run = (args: readonly string[], stdin = "") => runCli(["auth", ...args], { env, stdin });
  return { dir, env, run };
}

Deno.test("auth add reads the key from stdin, and only its provider's origin gets it", async () => {
  const { dir, env, run } = auth();
  using _ = dir;
  const added = await run(["add", "openai", "--label", "work"], `${KEY}\n`);
  const fingerprint = fingerprintOf(KEY);
  assert.deepEqual(added, {
    code: 0,
    stdout: `openai: added "work" (${fingerprint}) for https://api.openai.com\n`,
    stderr: "",
  });
  assert.equal(statSync(dir.at("credentials.json")).mode & 0o777, 0o600);
  const loaded = loadConfig(dir.path, env);
  const { keys, keyNames } = endpointOf(loaded, "openai");
  assert.deepEqual([keys, keyNames], [[KEY], ["work"]]);
  assert.ok(loaded.secrets.known.some(({ value }) => value === KEY));
  Deno.writeTextFileSync(dir.at("config.yaml"), "providers: {openai: {base_url: 'http://127.0.0.1:1/v1'}}");
  assert.throws(() => endpointOf(loadConfig(dir.path, env), "openai"), /OPENAI_API_KEY is not set/);
});

Deno.test("auth add refuses what is no key, a second of the same label, and unknown providers", async () => {
  const { dir, run } = auth();
  using _ = dir;
  await run(["add", "openai", "--label", "work"], KEY);
  const cases: readonly [readonly string[], string, RegExp][] = [
    [["add", "openai"], "", /none was given/],
    [["add", "openai"], "two words", /characters that no key has/],
    [["add", "openai"], KEY, /stored already/],
    [["add", "openai", "--label", "work"], "sk-another", /labelled "work"/],
    [["add", "nobody"], KEY, /it is unknown, expected one of openai/],
    [["remove", "openai", "home"], "", /no such stored key/],
  ];
  for (const [args, stdin, says] of cases) {
    const { code, stdout, stderr } = await run(args, stdin);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, says);
    assert.ok(!stderr.includes(KEY));
  }
});

Deno.test("auth list shows label, fingerprint, state, cool-down and requests, and no key", async () => {
  const { dir, run } = auth();
  using _ = dir;
  await run(["add", "openai", "--label", "work"], KEY);
  const id = `https://api.openai.com ${fingerprintOf(KEY)}`;
  const state = fileCredentialState(dir.path);
  state.save({
    keys: { [id]: { disabled: null, parkedUntil: 0, requests: 7 } },
    lanes: { [`${id} m`]: Date.now() + 60_000 },
  });
  const { keys: [work, groq] } = JSON.parse((await run(["list", "--json"])).stdout);
  assert.ok(work.cooldown_s > 50 && work.cooldown_s <= 60, String(work.cooldown_s));
  assert.deepEqual({ ...work, cooldown_s: 0 }, {
    provider: "openai",
    label: "work",
    fingerprint: fingerprintOf(KEY),
    state: "parked",
    cooldown_s: 0,
    requests: 7,
  });
  assert.deepEqual([groq.provider, groq.label, groq.state], ["groq", "GROQ_API_KEY", "ready"]);
  const table = (await run(["list"])).stdout;
  assert.match(table, /^PROVIDER +LABEL +FINGERPRINT +STATE +COOL-DOWN +REQUESTS\nopenai +work /);
  assert.ok(!table.includes(KEY));
  assert.equal((await run(["reset", "openai"])).code, 0);
  assert.deepEqual(state.load(), { keys: {}, lanes: {} });
});

Deno.test("auth remove forgets a key by label or fingerprint", async () => {
  const { dir, run } = auth();
  using _ = dir;
  await run(["add", "openai", "--label", "work"], KEY);
  await run(["add", "openai"], "sk-another-key");
  assert.equal((await run(["remove", "openai", "work"])).code, 0);
  assert.equal((await run(["remove", "openai", fingerprintOf("sk-another-key")])).code, 0);
  assert.doesNotMatch((await run(["list"])).stdout, /openai/);
});
