import assert from "node:assert/strict";
import type { RequestOutcome, SessionBroker } from "../../lib/provider/provider.ts";
import type { RequestRow } from "../../lib/store/store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ASK, brokerOn, never, NO_CAPS, refused } from "./broker_fixture.ts";

// A dollar a token sent, two a token received.
const PRICE = { input: 1_000_000, cached: 500_000, cache_write: 1_500_000, output: 2_000_000, long: null };
const USAGE = { input: 10, cached: 4, output: 5, reasoning: 1 };

/** A broker with prices and the requests that it booked. */
function ledger(setup: Parameters<typeof brokerOn>[1] = {}) {
  const booked: RequestRow[] = [];
  const { broker } = brokerOn(new FakeClock(), {
    price: PRICE,
    onRequest: (row) => booked.push(row),
    ...setup,
  });
  return { broker, booked };
}

async function request(broker: Pick<SessionBroker, "acquire" | "release">, outcome: RequestOutcome) {
  const { id } = await broker.acquire(ASK, never());
  broker.release(id, outcome);
  broker.release(id, outcome);
}

Deno.test("each request is booked once, with its model, key, task, usage and price", async () => {
  const { broker, booked } = ledger();
  await request(broker, { usage: USAGE, error: null });
  const row = { at: 1_000_000, taskId: null, provider: "p", model: "m", key: booked[0]?.key ?? null };
  assert.match(row.key ?? "", /^[0-9a-f]{12}$/);
  assert.deepEqual(booked, [{ ...row, usage: USAGE, isEstimate: false, usd: 6 + 2 + 10 }]);
  assert.equal(broker.keyName(row.key ?? ""), "K1");
});

Deno.test("what goes into the provider's cache has its own price, and room for it is kept", async () => {
  const { broker, booked } = ledger({ caps: { usd: 400 } });
  await request(broker, { usage: { ...USAGE, written: 6 }, error: null });
  await request(broker, { usage: { ...USAGE, cached: 0, written: 10 }, error: null });
  assert.deepEqual(booked.map(({ usd }) => usd), [9 + 2 + 10, 15 + 10]);
  // 354 dollars are left; 100 tokens may cost 150 when they are all written, which leaves 102 for the answer.
  const { broker: poor } = ledger({ caps: { usd: 354 }, maxOutput: null });
  assert.equal((await poor.acquire(ASK, never())).outputLimit, 102);
});

Deno.test("a cost that the server reports goes before our price, above the bound too", async () => {
  const { broker, booked } = ledger({ caps: { usd: 500 } });
  await request(broker, { usage: USAGE, error: null, costUsd: 0.25 });
  assert.equal(broker.budget.used.usd, 0.25);
  await request(broker, { usage: USAGE, error: null, costUsd: 499 });
  assert.deepEqual(booked.map(({ usd }) => usd), [0.25, 499]);
  assert.equal(broker.budget.used.usd, 499.25);
});

Deno.test("a reported cost counts where no price is known; without one the dollars are null", async () => {
  const { broker, booked } = ledger({ price: null });
  await request(broker, { usage: USAGE, error: null, costUsd: 0.25 });
  await request(broker, { usage: USAGE, error: null });
  assert.deepEqual(booked.map(({ usd }) => usd), [0.25, null]);
  const { usage: [group] } = broker;
  assert.deepEqual([group?.requests, group?.usd, group?.unpriced], [2, 0.25, 1]);
});

Deno.test("a request that was cut is booked at the estimate, a refused one at nothing", async () => {
  const { broker, booked } = ledger();
  await request(broker, { usage: null, error: { code: "aborted" }, answerChars: 20 });
  await request(broker, refused("server", 500));
  assert.deepEqual(booked.map(({ usage, isEstimate, usd }) => [usage.input, usage.output, isEstimate, usd]), [
    [100, 100, true, 350],
    [0, 0, false, 0],
  ]);
  assert.deepEqual(broker.budget.used, { usd: 350, tokens: 200, requests: 2 });
});

Deno.test("a part that the server did not count is booked at the estimate", async () => {
  const { broker, booked } = ledger();
  await request(broker, { usage: { ...USAGE, output: 0, reasoning: 0 }, error: null, answerChars: 30 });
  await request(broker, { usage: { ...USAGE, input: 0, cached: 0 }, error: null, answerChars: 30 });
  await request(broker, { usage: { ...USAGE, output: 0, reasoning: 0 }, error: null, answerChars: 0 });
  assert.deepEqual(booked.map(({ usage, isEstimate, usd }) => [usage.input, usage.output, isEstimate, usd]), [
    [10, 30, true, 8 + 60],
    [100, 5, true, 150 + 10],
    [10, 0, false, 8],
  ]);
  await request(broker, {
    usage: { ...USAGE, output: 0, reasoning: 0 },
    costUsd: 3,
    error: null,
    answerChars: 30,
  });
  assert.equal(booked.at(-1)?.usd, 3, "the server's cost is of the whole");
});

Deno.test("what came after the last report of an answer that broke off is booked with it, up to the limit", async () => {
  const { broker, booked } = ledger({ maxOutput: 1_000, caps: {} });
  const cut = { error: { code: "cut" }, answerChars: 70, unreportedChars: 30 };
  await request(broker, { usage: USAGE, ...cut });
  await request(broker, { usage: { ...USAGE, output: 990 }, ...cut });
  await request(broker, { usage: USAGE, costUsd: 3, ...cut });
  assert.deepEqual(booked.map(({ usage, isEstimate, usd }) => [usage.output, isEstimate, usd]), [
    [5 + 30 + 256, true, 8 + 2 * 291],
    [1_000, true, 8 + 2_000],
    [5 + 30 + 256, true, 3 + 2 * 286],
  ]);
});

Deno.test("a task hears what its requests were booked at, and the session counts them all", async () => {
  const { broker, booked } = ledger({ keys: [] });
  const heard: RequestRow[] = [];
  const task = broker.forTask({
    taskId: "t1",
    parentId: null,
    caps: NO_CAPS,
    onWait: () => {},
    onBooked: (row) => heard.push(row),
  });
  await request(task, { usage: USAGE, error: null });
  await request(broker, { usage: USAGE, error: null });
  assert.deepEqual(booked.map(({ taskId, key }) => [taskId, key]), [["t1", null], [null, null]]);
  assert.deepEqual(heard, booked.slice(0, 1));
  assert.deepEqual(broker.usage.map(({ key, requests, usd }) => [key, requests, usd]), [[null, 2, 36]]);
});
