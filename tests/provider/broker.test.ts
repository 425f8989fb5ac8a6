import assert from "node:assert/strict";
import { createBroker } from "../../lib/provider/broker.ts";
import { fingerprintOf } from "../../lib/provider/credential.ts";
import type { LeaseAsk } from "../../lib/provider/provider.ts";
import type { Clock } from "../../lib/support/clock.ts";

const ASK: LeaseAsk = {
  model: { provider: "p", model: "m", reasoningEffort: "low" },
  inputBound: 10,
  attempt: 1,
};

/** A broker on a clock whose timers wait to be fired by the test. */
function brokerOnClock(keys: readonly string[] = ["k1", "k2"]) {
  const timers: { ms: number; fire: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    after(ms, fire) {
      const timer = { ms, fire };
      timers.push(timer);
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  };
  const broker = createBroker({
    endpointOf: (provider) => ({
      provider,
      baseUrl: "http://127.0.0.1:1/v1",
      keys,
      keyNames: keys.map((key) => key.toUpperCase()),
      headers: { "x-a": "b" },
    }),
    settingsOf: () => ({ max_output_tokens: 5 }),
    clock,
    random: () => 0.5,
  });
  return { broker, timers };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

Deno.test("acquire() grants the first key at once, each lease with an id of its own", async () => {
  const { broker, timers } = brokerOnClock();
  const leases = await Promise.all([broker.acquire(ASK, never()), broker.acquire(ASK, never())]);
  assert.notEqual(leases[0].id, leases[1].id);
  assert.deepEqual({ ...leases[0], id: 0 }, {
    id: 0,
    provider: "p",
    key: "k1",
    keyName: "K1",
    baseUrl: "http://127.0.0.1:1/v1",
    account: fingerprintOf("k1"),
    model: "m",
    reasoningEffort: "low",
    outputLimit: 5,
    headers: { "x-a": "b" },
    otherKeys: 1,
    keysAgain: 0,
    isOutputLowered: false,
  });
  assert.equal(timers.length, 0);
});

Deno.test("acquire() grants no key where none is needed", async () => {
  const { key, keyName } = await brokerOnClock([]).broker.acquire(ASK, never());
  assert.deepEqual([key, keyName], [null, null]);
});

Deno.test("acquire() waits before another try, as long as the server asked for", async () => {
  const { broker, timers } = brokerOnClock();
  const again = broker.acquire({ ...ASK, attempt: 2, lastError: { code: "server" } }, never());
  const limited = broker.acquire(
    { ...ASK, attempt: 2, lastError: { code: "server", retryAfterMs: 4000 } },
    never(),
  );
  assert.deepEqual(timers.map((timer) => timer.ms), [250, 4500]);
  for (const timer of timers) timer.fire();
  await Promise.all([again, limited]);
});

Deno.test("acquire() ends a wait with the signal's reason and leaves no timer", async () => {
  const { broker, timers } = brokerOnClock();
  const stop = new AbortController();
  const again = broker.acquire({ ...ASK, attempt: 3 }, stop.signal);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(again, reason);
  assert.equal(timers.length, 0);
  await assert.rejects(broker.acquire(ASK, stop.signal), reason);
});

Deno.test("release() may come twice and for what was never granted", async () => {
  const { broker } = brokerOnClock();
  const { id } = await broker.acquire(ASK, never());
  const outcome = { usage: null, error: null };
  for (const leaseId of [id, id, 999]) broker.release(leaseId, outcome);
});
