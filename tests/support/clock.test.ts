import assert from "node:assert/strict";
import { type Clock, delay, steadyClock, systemClock } from "../../lib/support/clock.ts";

/** A clock of which the test says when a time has come. */
class ManualClock implements Clock {
  readonly open = new Map<() => void, number>();

  now(): number {
    return 0;
  }

  after(ms: number, callback: () => void): Disposable {
    this.open.set(callback, ms);
    return { [Symbol.dispose]: () => void this.open.delete(callback) };
  }

  /** Lets all that waits happen. */
  pass(): void {
    for (const callback of [...this.open.keys()]) {
      this.open.delete(callback);
      callback();
    }
  }
}

Deno.test("delay() resolves when its time has come and leaves no listener on the signal", async () => {
  const clock = new ManualClock();
  const listeners = new CountingSignal();
  const waiting = delay(clock, 20, listeners.signal);
  assert.deepEqual([...clock.open.values()], [20]);
  clock.pass();
  await waiting;
  assert.equal(listeners.count, 0);
});

Deno.test("delay() rejects with the signal's reason and takes its timer back", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const waiting = delay(clock, 20, stop.signal);
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(clock.open.size, 0);
});

Deno.test("delay() of an aborted signal starts no timer", async () => {
  const clock = new ManualClock();
  const reason = new Error("too late");
  await assert.rejects(delay(clock, 20, AbortSignal.abort(reason)), reason);
  assert.equal(clock.open.size, 0);
});

Deno.test("systemClock.after() does not fire at once for a time longer than a timer takes", async () => {
  let fired = false;
  using _late = systemClock.after(1e12, () => fired = true);
  await delay(systemClock, 5);
  assert.equal(fired, false);
});

Deno.test("systemClock.after() disposed calls nobody", async () => {
  let fired = false;
  systemClock.after(0, () => fired = true)[Symbol.dispose]();
  await delay(systemClock, 2);
  assert.equal(fired, false);
});

/** A signal that knows how many listen to it. */
class CountingSignal {
  readonly signal = new AbortController().signal;
  count = 0;

  constructor() {
    const { addEventListener, removeEventListener } = this.signal;
    this.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      this.count++;
      addEventListener.apply(this.signal, args);
    };
    this.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      this.count--;
      removeEventListener.apply(this.signal, args);
    };
  }
}

Deno.test("steadyClock goes on evenly when the machine's clock is set, back or on", () => {
  const real = Date.now;
  const begun = steadyClock.now();
  assert.ok(Math.abs(begun - Date.now()) < 60_000, "it begins at the machine's time");
  try {
    for (const by of [-7_200_000, 7_200_000]) {
      Date.now = () => real() + by;
      const passed = steadyClock.now() - begun;
      assert.ok(passed >= 0 && passed < 60_000, `${passed} ms`);
    }
  } finally {
    Date.now = real;
  }
});
