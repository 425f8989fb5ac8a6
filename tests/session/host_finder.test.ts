import assert from "node:assert/strict";
import { delay } from "../../lib/support/clock.ts";
import { HostGone } from "../../lib/session/control/client.ts";
import { HostSilent } from "../../lib/session/control/host_silent.ts";
import { untilAnswered } from "../../lib/session/host_finder.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { NEVER, SELF } from "./control/stage.ts";

/** Asks in vain until it gives up; how often it asked, and with what it ended. */
async function askedInVain(patience: "look" | "act", gone: () => HostGone) {
  const clock = new FakeClock();
  let asked = 0;
  let error: unknown = null;
  const ask = () => {
    asked++;
    return Promise.reject(gone());
  };
  const over = untilAnswered(ask, { clock, signal: NEVER, patience }).catch((thrown) => error = thrown);
  while (error === null) await clock.advance(10);
  await over;
  return { asked, error, tookMs: clock.now() - 1_000_000 };
}

Deno.test("untilAnswered() asks again until somebody answers, and throws at once what is not HostGone", async () => {
  const clock = new FakeClock();
  let asked = 0;
  const ask = () => ++asked < 4 ? Promise.reject(new HostGone("It leaves")) : Promise.resolve("here");
  const answered = untilAnswered(ask, { clock, signal: NEVER });
  await clock.advance(30 + 60 + 120);
  assert.deepEqual([await answered, asked], ["here", 4]);
  const other = new TypeError("a bug");
  await assert.rejects(untilAnswered(() => Promise.reject(other), { clock, signal: NEVER }), other);
});

Deno.test("untilAnswered() gives up on a host that never listens, after few looks, and names it", async () => {
  const act = await askedInVain("act", () => new HostGone("It does not listen", { host: SELF }));
  assert.ok(act.error instanceof HostSilent && act.error.message.includes(`pid ${SELF.pid}`));
  assert.ok(act.tookMs >= 60_000 && act.tookMs < 61_000, `${act.tookMs} ms`);
  assert.ok(act.asked < 300, `asked ${act.asked} times in a minute`);
  const look = await askedInVain("look", () => new HostGone("It does not listen", { host: SELF }));
  assert.ok(look.tookMs < 7_000, `${look.tookMs} ms`);
});

Deno.test("untilAnswered() counts only the time without a host: one that left after an hour has all of it again", async () => {
  const clock = new FakeClock();
  let asked = 0;
  const ask = async () => {
    asked++;
    if (asked === 1) {
      await delay(clock, 3_600_000, NEVER);
      throw new HostGone("It leaves");
    }
    if (asked < 20) throw new HostGone("Nobody listens");
    return "here";
  };
  const answered = untilAnswered(ask, { clock, signal: NEVER });
  await clock.advance(3_600_000);
  await clock.advance(10_000);
  assert.deepEqual([await answered, asked], ["here", 20]);
});

Deno.test("untilAnswered() ends with its signal", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const ask = () => Promise.reject(new HostGone("It leaves"));
  const ended = assert.rejects(untilAnswered(ask, { clock, signal: stop.signal }), { message: "enough" });
  await clock.advance(100);
  stop.abort(new Error("enough"));
  await ended;
  assert.equal(clock.pending, 0);
});
