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

for (const wait of ["604801", "9999999999", "99999999999"]) {
  endToEnd(`chat does not hammer a server that asks to wait for ${wait} s`, async (hermes) => {
    await using server = await startScriptedServer(() => status(429, "", { "retry-after": wait }));
    hermes.configure({
      model: { provider: "scripted", default: "scripted-model" },
      providers: { scripted: { base_url: server.baseUrl } },
    });
    const first = await hermes.run(["chat", "-q", "hi", "-Q"]);
    assert.deepEqual([first.code, server.requests.length], [75, 1], first.stderr);
    const second = await hermes.run(["chat", "-q", "hi", "-Q"]);
    assert.deepEqual([second.code, server.requests.length], [75, 1], second.stderr);
    assert.match(second.stderr, /the first is free in 7 days/);
  });
}

endToEnd("chat asks once in each run whether there is credit again", async (hermes) => {
  let hasCredit = false;
  await using server = await startScriptedServer(() =>
    hasCredit ? say("thanks") : status(429, { error: { message: "x", code: "insufficient_quota" } })
  );
  useKeys(hermes, server.baseUrl);
  const ask = async () => {
    const before = server.requests.length;
    const { code } = await hermes.run(["chat", "-q", "hi", "-Q"]);
    return [code, server.requests.length - before];
  };
  assert.deepEqual([await ask(), await ask()], [[78, KEYS.length], [78, KEYS.length]]);
  hasCredit = true;
  assert.deepEqual([await ask(), await ask()], [[0, 1], [0, 1]]);
});

endToEnd("chat waits for a limit on concurrency that is called a quota", async (hermes) => {
  const error = "INSUFFICIENT QUOTA";
  const message = "You exceeded your current limit of concurrent requests.";
  await using server = await startScriptedServer(({ index }) =>
    index === 0 ? status(429, { status: 429, error, message }) : say("done")
  );
  hermes.configure({
    model: { provider: "scripted", default: "scripted-model" },
    providers: { scripted: { base_url: server.baseUrl } },
  });
  const { code, stdout } = await hermes.run(["chat", "-q", "hi", "-Q"]);
  assert.deepEqual([code, stdout, server.requests.length], [0, "done\n", 2]);
});
