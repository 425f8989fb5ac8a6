import assert from "node:assert/strict";
import fc from "fast-check";
import { ReportedRoom } from "../../lib/provider/reported_room.ts";

function roomOf(allowance: Parameters<ReportedRoom["learn"]>[1]): ReportedRoom {
  const room = new ReportedRoom();
  room.learn(0, allowance);
  return room;
}

Deno.test("ReportedRoom waits in proportion to what is missing", () => {
  const cases: [allowance: Parameters<ReportedRoom["learn"]>[1], amount: number, ms: number][] = [
    [{ left: 500, resetMs: 60_000, limit: 1_000 }, 500, 0],
    [{ left: 0, resetMs: 60_000, limit: 1_000 }, 50, 3_000],
    [{ left: 500, resetMs: 30_000, limit: 1_000 }, 550, 3_000],
    [{ left: 0, resetMs: 86_400_000, limit: 14_400 }, 1, 6_000],
    [{ left: 0, resetMs: 2_000, limit: 1_000 }, 50_000, 2_000],
    [{ left: 0, resetMs: 5_000 }, 1, 5_000],
  ];
  for (const [allowance, amount, ms] of cases) {
    assert.equal(roomOf(allowance).waitMs(0, amount), ms, JSON.stringify(allowance));
  }
});

Deno.test("ReportedRoom never waits long because all is there again only later", () => {
  assert.equal(roomOf({ left: 0, resetMs: 3_600_000 }).waitMs(0, 1), 0, "nobody said how fast it comes back");
  assert.equal(roomOf({ left: 0, resetMs: 3_600_000, limit: 10 }).waitMs(0, 1), 10_000);
  const natural = fc.integer({ min: 0, max: 1e9 });
  const limit = fc.option(natural, { nil: undefined });
  fc.assert(fc.property(natural, natural, limit, natural, natural, (left, resetMs, limit, now, amount) => {
    const room = roomOf({ left, resetMs, ...(limit === undefined ? {} : { limit }) });
    const ms = room.waitMs(now, amount);
    assert.ok(ms >= 0 && ms <= 10_000);
    if (now >= resetMs) assert.equal(ms, 0);
  }));
});

Deno.test("ReportedRoom takes the most that it has seen for the limit that nobody named", () => {
  const room = roomOf({ left: 1_000, resetMs: 0 });
  room.learn(0, { left: 0, resetMs: 60_000 });
  assert.equal(room.waitMs(0, 50), 3_000);
});

Deno.test("ReportedRoom counts what went since, and what came back", () => {
  const room = roomOf({ left: 500, resetMs: 50_000, limit: 1_000 });
  assert.equal(room.take(0, 500), false);
  assert.equal(room.waitMs(0, 50), 5_000);
  assert.equal(room.waitMs(4_000, 50), 1_000);
  assert.equal(room.take(5_000, 50), false);
  assert.equal(room.take(5_000, 50), true, "more than there is");
});

Deno.test("ReportedRoom does not believe a server that serves what it excludes, until it refuses", () => {
  const room = roomOf({ left: 0, resetMs: 60_000, limit: 10 });
  room.belie();
  assert.equal(room.waitMs(0, 1), 0);
  room.learn(0, { left: 0, resetMs: 60_000, limit: 10 });
  assert.equal(room.waitMs(0, 1), 0);
  room.refused(false);
  assert.equal(room.waitMs(0, 1), 6_000);
  room.refused(true);
  assert.equal(room.waitMs(0, 1), 0, "the server named a time, which counts elsewhere");
});
