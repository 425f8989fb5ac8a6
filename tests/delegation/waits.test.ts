import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { type WaitEnd, Waits } from "../../lib/delegation/waits.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";

const { signal: never } = new AbortController();

Deno.test("until() ends at once when there is something, and never waits with a timeout of 0", async () => {
  const waits = new Waits(new FakeClock());
  const wait = { owner: null, timeoutMs: 0, signal: never };
  assert.equal(await waits.until({ ...wait, look: () => "ready" }), "ready");
  assert.equal(await waits.until({ ...wait, look: () => null }), "timed_out");
});

Deno.test("until() looks again after each change and leaves no listener and no timer", async () => {
  const clock = new FakeClock();
  const waits = new Waits(clock);
  const stop = new AbortController();
  let end: WaitEnd | null = null;
  const waiting = waits.until({ owner: null, look: () => end, timeoutMs: 1000, signal: stop.signal });
  waits.changed();
  await settled();
  assert.equal(waits.isWaiting(null), true);
  end = "question";
  waits.changed();
  assert.equal(await waiting, "question");
  assert.deepEqual([waits.isWaiting(null), clock.pending, getEventListeners(stop.signal, "abort").length], [
    false,
    0,
    0,
  ]);
});

Deno.test("until() times out, and rejects when it is aborted", async () => {
  const clock = new FakeClock();
  const waits = new Waits(clock);
  const stop = new AbortController();
  const wait = { owner: null, look: () => null, timeoutMs: 1000, signal: stop.signal };
  const first = waits.until(wait);
  await clock.advance(1000);
  assert.equal(await first, "timed_out");
  const second = waits.until(wait);
  stop.abort(new Error("given up"));
  await assert.rejects(second, /given up/);
  await assert.rejects(waits.until({ ...wait, look: () => "ready" }), /given up/);
  assert.deepEqual([waits.isWaiting(null), clock.pending, getEventListeners(stop.signal, "abort").length], [
    false,
    0,
    0,
  ]);
});

Deno.test("interrupt() ends the waits of one owner only; the first end stays", async () => {
  const waits = new Waits(new FakeClock());
  let isReady = false;
  const wait = { look: () => isReady ? "ready" as const : null, timeoutMs: null, signal: never };
  const own = waits.until({ ...wait, owner: "t1" });
  const other = waits.until({ ...wait, owner: null });
  waits.interrupt("t1", "user_message");
  isReady = true;
  waits.changed();
  assert.deepEqual(await Promise.all([own, other]), ["user_message", "ready"]);
});
