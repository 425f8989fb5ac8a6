import assert from "node:assert/strict";
import { ProviderError } from "../../lib/support/errors.ts";
import type { Broker, Caps, LeaseAsk } from "../../lib/provider/provider.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { ASK, brokerOn, never, NO_CAPS, OK, refused, task } from "./broker_fixture.ts";

// A dollar a token sent, two a token received.
const PRICE = { input: 1_000_000, cached: null, cache_write: null, output: 2_000_000, long: null };

function usage(input: number, output: number) {
  return { usage: { input, cached: 0, output, reasoning: 0 }, error: null };
}

function isBudget(error: unknown): boolean {
  return error instanceof ProviderError && error.code === "budget" && !error.retryable;
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  await settled();
  return await Promise.race([promise.catch(() => {}), Promise.resolve(pending)]) !== pending;
}

async function spend(broker: Broker, outcome: Parameters<Broker["release"]>[1], ask: LeaseAsk = ASK) {
  const lease = await broker.acquire(ask, never());
  broker.release(lease.id, outcome);
  return lease;
}

Deno.test("a request that can never fit is refused with what is used", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { requests: 2 } });
  await spend(broker, usage(1, 1));
  await spend(broker, refused("server", 500));
  await assert.rejects(broker.acquire(ASK, never()), (error) => {
    assert.ok(isBudget(error));
    assert.match(String(error), /budget of the session leaves no room for it \(2 of 2 requests\)/);
    return true;
  });
});

Deno.test("a refusal names the innermost budget that is too small, not the one that is used most", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { requests: 10 } });
  for (let count = 0; count < 5; count++) await spend(broker, usage(1, 1));
  const caps: Caps = { ...NO_CAPS, tokens: 20 };
  const child = broker.forTask({ taskId: "t1", parentId: null, caps, onWait: () => {} });
  await assert.rejects(
    child.acquire(ASK, never()),
    /budget of the task leaves no room for it \(0 of 20 tokens\)/,
  );
});

Deno.test("what fits only after others settle waits for them, in order", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { tokens: 500 } });
  const waits: (string | null)[] = [];
  const caps: Caps = NO_CAPS;
  const child = broker.forTask({ taskId: "t1", parentId: null, caps, onWait: (why) => waits.push(why) });
  const first = await broker.acquire(ASK, never());
  const second = await broker.acquire(ASK, never());
  const third = child.acquire(ASK, never());
  assert.equal(await isSettled(third), false);
  assert.deepEqual(waits, ["budget"]);
  broker.release(first.id, usage(10, 10));
  assert.equal((await third).outputLimit, 100);
  assert.equal(waits.at(-1), null);
  broker.release(second.id, OK);
});

Deno.test("the output limit is lowered to what is left, and none is sent while there is plenty", async () => {
  const clock = new FakeClock();
  const rich = brokerOn(clock, { caps: { tokens: 1_000_000 }, maxOutput: null }).broker;
  assert.equal((await rich.acquire(ASK, never())).outputLimit, null);
  const poor = brokerOn(clock, { caps: { tokens: 1_000 }, maxOutput: null }).broker;
  assert.equal((await poor.acquire(ASK, never())).outputLimit, 900);
  const { broker } = brokerOn(clock, { caps: { usd: 150 }, price: PRICE });
  assert.equal((await broker.acquire(ASK, never())).outputLimit, 25);
});

for (const [unit, caps] of [["tokens", { tokens: 400_000 }], ["dollars", { usd: 800_000 }]] as const) {
  Deno.test(`beside others a request leaves them most of the ${unit}, so that many fit at once`, async () => {
    const { broker } = brokerOn(new FakeClock(), { caps, price: PRICE, maxOutput: null });
    const limits: (number | null)[] = [];
    for (let n = 0; n < 12; n++) limits.push((await broker.acquire(ASK, never())).outputLimit);
    const [first, ...others] = limits.map((limit) => limit ?? 131_072);
    let left = 400_000 - (first ?? 0);
    for (const limit of others) {
      assert.ok(limit >= 4_096 && limit <= Math.max(left / 4, 4_096), `${limit} of ${left}`);
      left -= limit;
    }
    assert.equal(limits[0], null, "alone it has all it may need");
  });
}

Deno.test("the input is bounded by what is known of its tokens, or else by its bytes", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { tokens: 1_000 }, maxOutput: null });
  const { outputLimit } = await spend(broker, usage(30, 10));
  assert.equal(outputLimit, 1_000 - 100);
  const { outputLimit: then } = await broker.acquire({ ...ASK, inputBound: 150, maxInput: 80 }, never());
  assert.equal(then, 1_000 - 40 - 80);
});

Deno.test("the hand-over of a task is set aside, and only it may draw on that", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { requests: 10 } });
  const child = task(broker, "t1", { requests: 3 });
  for (const _ of [1, 2]) await spend(child, usage(1, 1));
  assert.equal(child.isSpent, true);
  await assert.rejects(child.acquire(ASK, never()), isBudget);
  await spend(child, usage(1, 1), { ...ASK, isHandover: true });
  await assert.rejects(child.acquire({ ...ASK, isHandover: true }, never()), isBudget);
});

Deno.test("no more output is set aside for a hand-over than it may have", async () => {
  for (const [maxOutput, aside] of [[100, 100], [null, 1_024]] as const) {
    const { broker } = brokerOn(new FakeClock(), { maxOutput });
    const tokens = 100 + 50 + 100 + 1_024 + aside;
    const { outputLimit } = await task(broker, "t1", { tokens }).acquire(ASK, never());
    assert.equal(outputLimit, 50);
  }
});

Deno.test("what is set aside for a task is out of reach for others until it ends", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { requests: 3 } });
  const child = task(broker, "t1");
  await spend(child, usage(1, 1));
  await spend(broker, usage(1, 1));
  await assert.rejects(broker.acquire(ASK, never()), isBudget);
  child[Symbol.dispose]();
  await spend(broker, usage(1, 1));
});

Deno.test("a task draws on its parent's budget", async () => {
  const { broker } = brokerOn(new FakeClock());
  const above = task(broker, "t1", { requests: 4 });
  const below = broker.forTask({ taskId: "t2", parentId: "t1", caps: NO_CAPS, onWait: () => {} });
  await spend(above, usage(1, 1));
  await spend(below, usage(1, 1));
  await assert.rejects(below.acquire(ASK, never()), isBudget);
  await assert.rejects(above.acquire(ASK, never()), isBudget);
  for (const each of [below, above]) await spend(each, usage(1, 1), { ...ASK, isHandover: true });
});

Deno.test("a request that was cut settles by what was heard, a refused one costs no tokens", async () => {
  const { broker } = brokerOn(new FakeClock());
  await spend(broker, refused("rate_limited", 400));
  assert.deepEqual(broker.budget.used, { usd: 0, tokens: 0, requests: 1 });
  await spend(broker, { usage: null, error: { code: "aborted" }, answerChars: 20 });
  assert.equal(broker.budget.used.tokens, 100 + 100, "the bytes sent, and no more than the limit sent");
});

Deno.test("80 % is told once for each cap, an unknown price once for each model", async () => {
  const { broker, events } = brokerOn(new FakeClock(), { keys: ["k"], caps: { requests: 5, usd: 10 } });
  for (const _ of [1, 2, 3, 4, 5]) await spend(broker, usage(1, 1));
  assert.deepEqual(events, [
    { type: "price.unknown", provider: "p", model: "m" },
    { type: "budget.warned", scope: "session", unit: "requests", used: 4, limit: 5 },
  ]);
});

Deno.test("a raised budget lets who waits go on", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { usd: 350 }, price: PRICE });
  const first = await broker.acquire(ASK, never());
  const waiting = broker.acquire(ASK, never());
  assert.equal(await isSettled(waiting), false);
  broker.raiseBudget(500);
  await waiting;
  assert.equal(broker.budget.caps.usd, 850);
  broker.release(first.id, OK);
});

Deno.test("an aborted wait for the budget rejects with the signal's reason and holds nothing", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { tokens: 200 } });
  const held = await broker.acquire(ASK, never());
  const stop = new AbortController();
  const waiting = broker.acquire(ASK, stop.signal);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(waiting, reason);
  broker.release(held.id, refused("server", 500));
  await broker.acquire(ASK, never());
});

Deno.test("a task whose own cap is tight does not wait for a request of another task", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { tokens: 50_000_000 }, maxOutput: null });
  const ask = { ...ASK, inputBound: 4_300 };
  await task(broker, "t1", { tokens: 12_000 }).acquire(ask, never());
  const second = task(broker, "t2", { tokens: 12_000 }).acquire(ask, never());
  const lease = await Promise.race([second, settled().then(() => null)]);
  assert.equal(lease?.outputLimit, 12_000 - 4_300 - (4_300 + 1_024 + 1_024));
});
