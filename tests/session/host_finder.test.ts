import assert from "node:assert/strict";
import { HostGone } from "../../lib/session/control/client.ts";
import { untilAnswered } from "../../lib/session/host_finder.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { StoreWatch } from "../../lib/store/store_watch.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { UserError } from "../../lib/support/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TempDir } from "../support/temp_dir.ts";

const signal = new AbortController().signal;

/** Whether this system tells of changes to files; where it does not, the program looks again by the clock. */
function isToldOfWrites(): boolean {
  using dir = new TempDir();
  try {
    Deno.watchFs(dir.path).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("StoreWatch hears of what is written", { ignore: !isToldOfWrites() }, async () => {
  using dir = new TempDir();
  using store = openStore(dir.path, { clock: systemClock });
  using watch = new StoreWatch(dir.path);
  const written = watch.next();
  const model = { provider: "offline", model: "offline", reasoningEffort: null };
  store.begin({ kind: "chat", cwd: "/", model }, "h1", () => {})[Symbol.dispose]();
  await written;
});

Deno.test("untilAnswered() asks again until somebody answers", async () => {
  using dir = new TempDir();
  let asked = 0;
  const ask = () => ++asked < 4 ? Promise.reject(new HostGone("It leaves")) : Promise.resolve("here");
  assert.equal(await untilAnswered(ask, { home: dir.path, clock: systemClock, signal }), "here");
  assert.equal(asked, 4);
});

Deno.test("untilAnswered() throws at once what is not HostGone, and ends with its signal", async () => {
  using dir = new TempDir();
  const other = new TypeError("a bug");
  const options = { home: dir.path, clock: systemClock, signal };
  await assert.rejects(untilAnswered(() => Promise.reject(other), options), other);
  const stop = new AbortController();
  const reason = new Error("enough");
  let asked = 0;
  const ask = () => {
    if (++asked === 3) stop.abort(reason);
    return Promise.reject(new HostGone("It leaves"));
  };
  await assert.rejects(untilAnswered(ask, { ...options, signal: stop.signal }), reason);
});

Deno.test("untilAnswered() gives up on a process that lives and never answers", async () => {
  using dir = new TempDir();
  const clock = new FakeClock();
  let asked = 0;
  const given = untilAnswered(() => {
    asked++;
    return Promise.reject(new HostGone("It does not listen"));
  }, { home: dir.path, clock, signal });
  let isOver = false;
  const refused = assert.rejects(given, (error) => error instanceof UserError && error.exitCode === 75)
    .finally(() => isOver = true);
  while (!isOver) await clock.advance(1_000);
  await refused;
  assert.ok(asked > 2);
});
