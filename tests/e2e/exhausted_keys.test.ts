import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { type RecordedRequest, say, startScriptedServer, status } from "../support/scripted_server.ts";

const KEYS = ["sk-first-0001", "sk-second-0002", "sk-third-0003"];

function useKeys(hermes: EndToEnd, baseUrl: string): void {
  const names = KEYS.map((_, index) => `KEY_${index + 1}`);
  hermes.configure({
    model: { provider: "scripted", default: "scripted-model" },
    providers: { scripted: { base_url: baseUrl, key_env: names } },
    credential_pool_strategies: { scripted: "round_robin" },
  });
  Deno.writeTextFileSync(
    `${hermes.hermesHome}/.env`,
    KEYS.map((key, index) => `${names[index]}=${key}\n`).join(""),
  );
}

function keyOf({ headers }: RecordedRequest): string {
  return String(headers.authorization).replace(/^Bearer /, "");
}

const GOALS = ["A", "B", "C", "D", "E", "F"];

endToEnd("delegate goes on with two keys when the third is exhausted, and nothing fails", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    keyOf(request) === KEYS[1] ? status(429, "", { "retry-after": "3600" }) : say("done")
  );
  useKeys(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "--json", "-Q", ...GOALS]);
  const { results } = JSON.parse(stdout);
  assert.deepEqual([code, results.length], [0, GOALS.length]);
  const answered = server.requests.map(keyOf).filter((key) => key !== KEYS[1]);
  assert.equal(answered.length, GOALS.length);
  assert.deepEqual([...new Set(answered)].toSorted(), [KEYS[0], KEYS[2]]);
});

endToEnd("delegate waits when all keys are exhausted and the reset is near", async (hermes) => {
  const refused = new Set<string>();
  await using server = await startScriptedServer((request) => {
    const key = keyOf(request);
    if (refused.has(key)) return say("done");
    refused.add(key);
    return status(429, "", { "retry-after-ms": "300" });
  });
  useKeys(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "--json", "-Q", ...GOALS]);
  assert.equal(code, 0, stdout);
  for (const { status } of JSON.parse(stdout).results) assert.equal(status, "completed");
});

endToEnd("delegate ends as rate_limited with 75 when all keys are exhausted for long", async (hermes) => {
  await using server = await startScriptedServer(() => status(429, "", { "retry-after": "3600" }));
  useKeys(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "--json", "-Q", "A", "B"]);
  assert.equal(code, 75);
  for (const { status, reason } of JSON.parse(stdout).results) {
    assert.deepEqual([status, reason], ["failed", "rate_limited"]);
  }
  const sent = server.requests.length;
  assert.ok(sent <= 2 * KEYS.length, `${sent} requests`);
  const again = await hermes.run(["chat", "-q", "hi", "-Q"]);
  assert.deepEqual(
    [again.code, server.requests.length],
    [75, sent],
    "the next run knows it and does not ask",
  );
});
