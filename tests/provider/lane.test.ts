import assert from "node:assert/strict";
import { Lane } from "../../lib/provider/lane.ts";
import type { RequestOutcome } from "../../lib/provider/provider.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** All of two limits is used, and there again in six minutes. */
const USED_UP: RequestOutcome["limits"] = {
  requests: { left: 0, resetMs: 360_000, limit: 60 },
  tokens: { left: 0, resetMs: 360_000, limit: 150_000 },
};

/** How long the lane is closed after each of ten refusals in a row, in ms. */
async function pauses(outcome: Omit<RequestOutcome, "usage">): Promise<readonly number[]> {
  const clock = new FakeClock();
  const lane = new Lane({ clock, random: () => 1, limits: null, parkedUntil: 0 });
  const waits: number[] = [];
  for (let n = 0; n < 10; n++) {
    lane.end(lane.begin(1_000), { usage: null, ...outcome });
    waits.push(lane.parkedUntil - clock.now());
    await clock.advance(Math.max(0, lane.parkedUntil - clock.now()));
  }
  return waits;
}

for (const retryAfterMs of [0, 1_000, 3_000, 20_000]) {
  Deno.test(`a lane waits for the ${retryAfterMs} ms that a server names, whatever its headers say beside it`, async () => {
    const error = { code: "rate_limited", status: 429, retryAfterMs };
    const named = await pauses({ error });
    assert.deepEqual(await pauses({ error, limits: USED_UP }), named);
    assert.ok(named.every((wait) => wait <= Math.max(4_000, 1.25 * retryAfterMs)), String(named));
  });
}

Deno.test("a lane backs off longer where nothing is named and headers say that all is there again later", async () => {
  const error = { code: "rate_limited", status: 429 };
  const [unnamed, used] = [await pauses({ error }), await pauses({ error, limits: USED_UP })];
  assert.ok(Math.max(...unnamed) <= 4_000 && Math.max(...used) > 4_000, `${unnamed} ${used}`);
});
