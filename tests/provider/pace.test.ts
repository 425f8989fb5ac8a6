import assert from "node:assert/strict";
import fc from "fast-check";
import { Pace } from "../../lib/provider/pace.ts";

/** The wait after each of `count` starts at the same moment; random is always in the middle. */
function startsAt(pace: Pace, now: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    pace.begin(now, 0.5);
    return pace.waitMs(now);
  });
}

Deno.test("Pace keeps no gap until the server complains", () => {
  const pace = new Pace();
  assert.deepEqual(startsAt(pace, 1_000, 3), [0, 0, 0]);
});

Deno.test("Pace spreads those who start after the same pause", () => {
  const pace = new Pace();
  pace.limited(1_000, 500);
  const waits = startsAt(pace, 1_500, 4);
  assert.deepEqual(waits, [50, 100, 150, 200]);
  assert.equal(pace.waitMs(1_600), 100);
});

Deno.test("Pace closes the gap with what is served, and widens it with each complaint", () => {
  const pace = new Pace();
  pace.limited(0, 100);
  for (let n = 0; n < 10; n++) pace.served();
  const [closed = 0] = startsAt(pace, 10_000, 1);
  assert.ok(closed < 50 && closed > 25, `${closed} ms`);
  pace.limited(20_000, 100);
  const [widened = 0] = startsAt(pace, 30_000, 1);
  assert.ok(widened >= 1.4 * closed * 0.99, `${widened} ms after ${closed}`);
});

Deno.test("Pace forgets the gap on a server that goes on serving", () => {
  const pace = new Pace();
  pace.limited(0, 100);
  for (let n = 0; n < 200; n++) pace.served();
  assert.deepEqual(startsAt(pace, 1_000, 2), [0, 0]);
});

Deno.test("Pace closes more slowly where a complaint costs a longer pause", () => {
  const gapAfter = (pauseMs: number) => {
    const pace = new Pace();
    for (const now of [0, 1_000]) pace.limited(now, pauseMs);
    for (let n = 0; n < 20; n++) pace.served();
    return startsAt(pace, 10_000, 1)[0] ?? 0;
  };
  assert.ok(gapAfter(5_000) > gapAfter(50));
});

Deno.test("Pace never has a start wait longer than the widest gap, whatever happens", () => {
  const steps = fc.array(fc.record({
    what: fc.constantFrom("begin", "served", "limited"),
    afterMs: fc.integer({ min: 0, max: 5_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }));
  fc.assert(fc.property(steps, (life) => {
    const pace = new Pace();
    let now = 0;
    for (const { what, afterMs, random } of life) {
      now += afterMs;
      if (what === "begin" && pace.waitMs(now) === 0) pace.begin(now, random);
      if (what === "served") pace.served();
      if (what === "limited") pace.limited(now, afterMs);
      const waitMs = pace.waitMs(now);
      assert.ok(waitMs >= 0 && waitMs <= 1.5 * 200, `${waitMs} ms`);
    }
  }));
});
