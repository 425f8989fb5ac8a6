import assert from "node:assert/strict";
import { StallWatch } from "../../lib/delegation/stall_watch.ts";
import { climbDown, handoverReserveMs } from "../../lib/delegation/stop_ladder.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";

/** Climbs down a ladder whose rungs are noted with their time since the start, in ms. */
function ladder(endsAfterMs: number | null, idleAfterMs = 0) {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const rungs: [string, number][] = [];
  const note = (rung: string) => void rungs.push([rung, clock.now() - startedAt]);
  const ended = Promise.withResolvers<void>();
  const climb = climbDown(clock, {
    ask: () => {
      note("ask");
      if (endsAfterMs !== null) clock.after(endsAfterMs, () => ended.resolve());
    },
    ended: ended.promise,
    terminate: () => note("terminate"),
    idle: () => new Promise((resolve) => void clock.after(idleAfterMs, resolve)),
  }).then(() => note("over"));
  return { clock, rungs, climb };
}

Deno.test("climbDown() terminates as soon as the child has ended", async () => {
  const { clock, rungs, climb } = ladder(40);
  await clock.advance(1000);
  await climb;
  assert.deepEqual(rungs, [["ask", 0], ["terminate", 40], ["over", 40]]);
  assert.equal(clock.pending, 0);
});

Deno.test("climbDown() waits 300 ms for a child that does not end, and for what it started", async () => {
  const { clock, rungs, climb } = ladder(null, 500);
  await clock.advance(1000);
  await climb;
  assert.deepEqual(rungs, [["ask", 0], ["terminate", 300], ["over", 800]]);
});

Deno.test("handoverReserveMs() keeps a fifth, at most 30 s", () => {
  assert.deepEqual([1_000, 10_000, 150_000, 3_600_000].map(handoverReserveMs), [200, 2_000, 30_000, 30_000]);
});

/** A watch of 1 s that notes when it found a stall, in ms since its start. */
function watch(stands: () => boolean = () => false, limitMs = 1000) {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const stalls: number[] = [];
  return {
    clock,
    stalls,
    watch: new StallWatch(clock, limitMs, stands, () => stalls.push(clock.now() - startedAt)),
  };
}

Deno.test("StallWatch calls back once, its limit after the last touch", async () => {
  const test = watch();
  for (let n = 0; n < 5; n++) {
    await test.clock.advance(900);
    test.watch.touch();
  }
  await test.clock.advance(10_000);
  assert.deepEqual([test.stalls, test.clock.pending], [[5500], 0]);
});

Deno.test("StallWatch lets no time count while it stands", async () => {
  let isStanding = true;
  const test = watch(() => isStanding);
  await test.clock.advance(3500);
  isStanding = false;
  await test.clock.advance(10_000);
  assert.deepEqual(test.stalls, [4000]);
});

Deno.test("StallWatch is silent without a limit and once it is disposed", async () => {
  const without = watch(() => false, 0);
  const disposed = watch();
  disposed.watch[Symbol.dispose]();
  await Promise.all([without.clock.advance(10_000), disposed.clock.advance(10_000)]);
  await settled();
  assert.deepEqual([without.stalls, disposed.stalls, disposed.clock.pending], [[], [], 0]);
});
