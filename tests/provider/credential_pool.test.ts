import assert from "node:assert/strict";
import { ProviderError } from "../../lib/support/errors.ts";
import { memoryCredentialState } from "../../lib/store/credential_state.ts";
import type { LeaseAsk, SessionBroker } from "../../lib/provider/provider.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { ASK, brokerOn, endpoint, never, OK, refused } from "./broker_fixture.ts";

const KEYS = ["key-one", "key-two", "key-three"];

/** Takes a lease and ends it with `outcome`; returns its key. */
async function once(
  broker: SessionBroker,
  outcome: Parameters<SessionBroker["release"]>[1] = OK,
  ask: LeaseAsk = ASK,
) {
  const lease = await broker.acquire(ask, never());
  broker.release(lease.id, outcome);
  return lease.key;
}

function codeOf(error: unknown): string {
  return error instanceof ProviderError ? error.code : String(error);
}

const ORDERS = {
  fill_first: ["key-one", "key-one", "key-one", "key-one"],
  round_robin: ["key-one", "key-two", "key-three", "key-one"],
  least_used: ["key-one", "key-two", "key-three", "key-one"],
  random: ["key-two", "key-two", "key-two", "key-two"],
} as const;

for (const [strategy, keys] of Object.entries(ORDERS)) {
  Deno.test(`acquire() takes the keys by ${strategy}`, async () => {
    const { broker } = brokerOn(new FakeClock(), {
      keys: KEYS,
      strategyOf: () => strategy as keyof typeof ORDERS, // a key of the table
      random: () => 0.5,
    });
    const taken: (string | null)[] = [];
    for (const _ of keys) taken.push(await once(broker));
    assert.deepEqual(taken, keys);
  });
}

Deno.test("a rate limit parks one key for one model, and others go on at once", async () => {
  const clock = new FakeClock();
  const { broker, events } = brokerOn(clock, { keys: KEYS });
  assert.equal(await once(broker, refused("rate_limited", 429, 60_000)), "key-one");
  assert.equal(await once(broker), "key-two");
  const other = { ...ASK, model: { ...ASK.model, model: "m2" } };
  assert.equal(await once(broker, OK, other), "key-one");
  await clock.advance(60_000);
  assert.equal(await once(broker), "key-one");
  assert.deepEqual(events, [{ type: "credential.rotated", provider: "p", why: "K1: over its rate limit" }]);
});

Deno.test("a request that had a key takes another while there is one", async () => {
  const { broker } = brokerOn(new FakeClock(), { keys: KEYS });
  const first = await broker.acquire(ASK, never());
  const second = await broker.acquire({ ...ASK, tried: [first.id] }, never());
  const third = await broker.acquire({ ...ASK, tried: [first.id, second.id] }, never());
  const fourth = await broker.acquire({ ...ASK, tried: [first.id, second.id, third.id] }, never());
  assert.deepEqual([first, second, third, fourth].map(({ key }) => key), [...KEYS, "key-one"]);
  assert.deepEqual([first, second, third, fourth].map(({ otherKeys }) => otherKeys), [2, 1, 0, 0]);
});

Deno.test("acquire() waits for the earliest reset when it is near, and refuses when it is far", async () => {
  const clock = new FakeClock();
  const { broker, events } = brokerOn(clock, { keys: KEYS.slice(0, 2) });
  await once(broker, refused("rate_limited", 429, 100_000));
  await once(broker, refused("rate_limited", 429, 20_000));
  let granted = false;
  const waiting = once(broker).then((key) => {
    granted = true;
    return key;
  });
  await clock.advance(19_999);
  assert.equal(granted, false);
  await clock.advance(1);
  assert.equal(await waiting, "key-two");
  await clock.advance(1_000); // starts after a pause are spread
  await once(broker, refused("rate_limited", 429, 500_000));
  await clock.advance(79_000);
  await once(broker, refused("rate_limited", 429, 500_000));
  await assert.rejects(once(broker), (error) => codeOf(error) === "rate_limited");
  assert.deepEqual(events[1], { type: "rate.limited", provider: "p", wait_ms: 20_000 });
});

Deno.test("a refused key is left alone with its reason, and only without any key is there an error", async () => {
  const { broker } = brokerOn(new FakeClock(), { keys: KEYS.slice(0, 2) });
  await once(broker, refused("auth", 401));
  assert.equal(await once(broker), "key-two");
  await once(broker, refused("auth", 403));
  await assert.rejects(once(broker), (error) => {
    assert.equal(codeOf(error), "auth");
    assert.doesNotMatch(String(error), /key-/);
    return true;
  });
});

Deno.test("a key that was refused without a reason serves on, unless another serves the same request", async () => {
  const guess = { ...OK, error: { code: "auth", status: 403, isGuess: true } };
  const { broker } = brokerOn(new FakeClock(), { keys: KEYS.slice(0, 2) });
  const first = await broker.acquire(ASK, never());
  broker.release(first.id, guess);
  assert.equal(await once(broker, guess, { ...ASK, tried: [first.id] }), "key-two", "it was the request");
  assert.equal(await once(broker), "key-one");
  const second = await broker.acquire(ASK, never());
  broker.release(second.id, guess);
  assert.equal(await once(broker, OK, { ...ASK, tried: [second.id] }), "key-two", "it was the key");
  assert.equal(await once(broker), "key-two");
});

Deno.test("a key without money is parked for every model", async () => {
  const { broker } = brokerOn(new FakeClock(), { keys: KEYS.slice(0, 2) });
  await once(broker, refused("quota", 402));
  assert.equal(await once(broker, OK, { ...ASK, model: { ...ASK.model, model: "m2" } }), "key-two");
  await once(broker, refused("quota", 402));
  await assert.rejects(once(broker), (error) => codeOf(error) === "quota");
});

Deno.test("keys without money get one chance each in the next run, once no other is left", async () => {
  const state = memoryCredentialState();
  const clock = new FakeClock();
  const run = (count: number) => brokerOn(clock, { keys: KEYS.slice(0, count), state }).broker;
  const first = run(2);
  await once(first, refused("quota", 402));
  assert.equal(await once(run(2)), "key-two", "another has money");
  await once(first, refused("quota", 402));
  const poor = run(2);
  assert.equal(await once(poor, refused("quota", 402)), "key-one");
  assert.equal(await once(poor, refused("quota", 429)), "key-two");
  await assert.rejects(once(poor), (error) => codeOf(error) === "quota");
  const mended = run(1);
  assert.deepEqual([await once(mended), await once(mended)], ["key-one", "key-one"]);
  mended[Symbol.dispose]();
  assert.deepEqual(Object.values(state.load().keys)[0]?.parkedUntil, 0);
});

Deno.test("what servers said of keys survives a restart; a refused key gets another chance without any other", async () => {
  const state = memoryCredentialState();
  const clock = new FakeClock();
  const first = brokerOn(clock, { keys: KEYS.slice(0, 2), state }).broker;
  await once(first, refused("auth", 401));
  await once(first, refused("rate_limited", 429, 60_000));
  const saved = JSON.stringify(state.load());
  for (const key of KEYS) assert.ok(!saved.includes(key), saved);

  const second = brokerOn(clock, { keys: KEYS, state }).broker;
  assert.equal(await once(second), "key-three");
  const third = brokerOn(clock, { keys: KEYS.slice(0, 1), state }).broker;
  assert.equal(await once(third), "key-one");
  assert.deepEqual(Object.values(state.load().keys).map(({ disabled }) => disabled), [null, null]);
});

Deno.test("what is known of a key at one origin says nothing of it at another", async () => {
  let baseUrl = "http://127.0.0.1:1/v1";
  const { broker } = brokerOn(new FakeClock(), { endpointOf: () => endpoint(["key-one"], baseUrl) });
  await once(broker, refused("auth", 401));
  await assert.rejects(once(broker), (error) => codeOf(error) === "auth");
  baseUrl = "http://127.0.0.1:2/v1";
  assert.equal((await broker.acquire(ASK, never())).baseUrl, baseUrl);
});

Deno.test("the session's own agent goes before tasks, and tasks take turns", async () => {
  const clock = new FakeClock();
  const limits = { concurrency: 1, requests_per_minute: null, tokens_per_minute: null };
  const { broker } = brokerOn(clock, { limitsOf: () => limits });
  const held = await broker.acquire(ASK, never());
  const served: string[] = [];
  const asks = ["t1", "t1", "t2", null].map((taskId) => {
    const onWait = () => {};
    const caps = { usd: null, tokens: null, requests: null };
    const from = taskId === null ? broker : broker.forTask({ taskId, parentId: null, caps, onWait });
    return from.acquire(ASK, never()).then((lease) => {
      served.push(taskId ?? "chat");
      from.release(lease.id, OK);
    });
  });
  await settled();
  broker.release(held.id, OK);
  await Promise.all(asks);
  assert.deepEqual(served, ["chat", "t1", "t2", "t1"]);
});

Deno.test("configured limits hold over any minute", async () => {
  const clock = new FakeClock();
  const limits = { concurrency: null, requests_per_minute: 3, tokens_per_minute: null };
  const { broker } = brokerOn(clock, { limitsOf: () => limits });
  let count = 0;
  const asks = Array.from({ length: 7 }, () => once(broker).then(() => count++));
  await settled();
  assert.equal(count, 3);
  await clock.advance(60_000);
  assert.equal(count, 6);
  await clock.advance(60_000);
  await Promise.all(asks);
});

Deno.test("a named wait goes before what the same answer says of resets", async () => {
  const clock = new FakeClock();
  const { broker } = brokerOn(clock);
  const exhausted = { left: 0, resetMs: 360_000, limit: 10 };
  const limits = { requests: exhausted, tokens: exhausted };
  await once(broker, { ...refused("rate_limited", 429, 1_000), limits });
  const waiting = once(broker);
  await clock.advance(1_000);
  assert.equal(await waiting, "k1");
});

Deno.test("a reset that is far away is no refusal, and a server that serves all the same is believed once", async () => {
  const clock = new FakeClock();
  const { broker } = brokerOn(clock);
  const served = { ...OK, limits: { requests: { left: 0, resetMs: 86_400_000, limit: 100 } } };
  await once(broker, served);
  const second = once(broker, served);
  await clock.advance(10_000);
  assert.equal(await second, "k1");
  assert.equal(await once(broker, served), "k1");
});

Deno.test("a reported limit that is used up is waited for without asking the server", async () => {
  const clock = new FakeClock();
  const { broker } = brokerOn(clock);
  await once(broker, { ...OK, limits: { requests: { left: 0, resetMs: 5_000 } } });
  let granted = false;
  const waiting = once(broker).then(() => granted = true);
  await clock.advance(4_999);
  assert.equal(granted, false);
  await clock.advance(1);
  await waiting;
});
