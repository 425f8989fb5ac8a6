import assert from "node:assert/strict";
import type { EventBody } from "../../lib/protocol/events.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import type { Broker, SessionBroker } from "../../lib/provider/provider.ts";
import type { Database } from "../../lib/store/database.ts";
import { DayBook } from "../../lib/store/day_book.ts";
import { openDatabase } from "../../lib/store/open_database.ts";
import { DatabaseHosts } from "../../lib/store/stored_hosts.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { ASK, endpoint, never, NO_CAPS, OK } from "../provider/broker_fixture.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { TempDir } from "../support/temp_dir.ts";

/** A dollar a token: a request of {@linkcode ASK} holds 200. */
const PRICE = { input: 1_000_000, cached: null, cache_write: null, output: 1_000_000, long: null };
const SPENT = { usage: { input: 60, cached: 0, output: 40, reasoning: 0 }, error: null };
const NOTHING = { usd: 0, tokens: 0, requests: 0 };

interface Seat {
  readonly broker: SessionBroker;
  readonly book: DayBook;
  readonly database: Database;
}

/** One state directory and the sessions on it, each with a connection of its own as in a process of its own. */
class Day implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly dir = new TempDir();
  readonly #seats: Seat[] = [];

  seat(usd: number, emit: (body: EventBody) => void = () => {}): Seat {
    const database = openDatabase(this.dir.path);
    const { clock } = this;
    const book = new DayBook({ database, hostId: `h${this.#seats.length}`, home: this.dir.path, clock });
    const broker = createBroker({
      endpointOf: () => endpoint([]),
      settingsOf: () => ({ max_output_tokens: 100, price: PRICE }),
      clock,
      random: () => 0,
      emit,
      budget: { session: NO_CAPS, day: { caps: { ...NO_CAPS, usd }, book } },
    });
    const seat = { broker, book, database };
    this.#seats.push(seat);
    return seat;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { book, database } of this.#seats) {
      await book[Symbol.asyncDispose]();
      database[Symbol.dispose]();
    }
    this.dir[Symbol.dispose]();
  }
}

function take(broker: Broker) {
  return broker.acquire(ASK, never());
}

function isBudget(error: unknown): boolean {
  return error instanceof ProviderError && error.code === "budget" && !error.retryable;
}

Deno.test("DayBook counts what all sessions hold and have settled", async () => {
  await using day = new Day();
  const [one, two] = [day.seat(1_000), day.seat(1_000)];
  const lease = await take(one.broker);
  assert.deepEqual(two.book.held, { usd: 200, tokens: 200, requests: 1 });
  one.broker.release(lease.id, SPENT);
  assert.deepEqual([two.book.held, two.book.settled], [NOTHING, { usd: 100, tokens: 100, requests: 1 }]);
  assert.deepEqual(two.broker.budget.day?.used, { usd: 100, tokens: 100, requests: 1 });
});

Deno.test("DayBook keeps the cap over sessions that take what there is", async () => {
  await using day = new Day();
  const seats = [day.seat(1_050), day.seat(1_050), day.seat(1_050)];
  let billed = 0;
  await Promise.all(seats.map(async ({ broker }) => {
    for (;;) {
      const lease = await take(broker).catch(() => null);
      if (lease === null) return;
      billed += 100;
      await settled();
      broker.release(lease.id, SPENT);
    }
  }));
  assert.ok(billed <= 1_050 && billed >= 800, `$${billed}`);
  assert.equal(seats[0]?.book.settled.usd, billed);
  await assert.rejects(take(day.seat(1_050).broker), isBudget);
});

Deno.test("DayBook wakes who waits for another session's hold, without a clock", async () => {
  await using day = new Day();
  const [one, two] = [day.seat(350), day.seat(350)];
  const lease = await take(one.broker);
  const waiting = take(two.broker);
  one.broker.release(lease.id, SPENT);
  two.broker.release((await waiting).id, SPENT);
  assert.equal(two.book.settled.usd, 200);
});

Deno.test("DayBook wakes who has begun to listen before the other one settles", async () => {
  await using day = new Day();
  const [one, two] = [day.seat(350), day.seat(350)];
  const lease = await take(one.broker);
  const waiting = take(two.broker);
  while (!hasWaiter(day)) await settled();
  one.broker.release(lease.id, SPENT);
  two.broker.release((await waiting).id, SPENT);
  assert.equal(hasWaiter(day), false);
});

function hasWaiter({ dir }: Day): boolean {
  try {
    return [...Deno.readDirSync(dir.at("run/day_waiters"))].length > 0;
  } catch {
    return false;
  }
}

Deno.test("DayBook is rung through files that dead processes left", async () => {
  await using day = new Day();
  Deno.mkdirSync(day.dir.at("run/day_waiters"), { recursive: true });
  Deno.writeTextFileSync(day.dir.at("run/day_waiters/1_left"), "");
  const { broker, book } = day.seat(350);
  broker.release((await take(broker)).id, SPENT);
  await book[Symbol.asyncDispose]();
  assert.equal(hasWaiter(day), false);
});

Deno.test("DayBook settles a request on the day on which it was reserved", async () => {
  await using day = new Day();
  const { broker, book } = day.seat(350);
  const lease = await take(broker);
  await day.clock.advance(86_400_000);
  assert.deepEqual([book.held, book.settled], [NOTHING, NOTHING]);
  broker.release(lease.id, SPENT);
  assert.deepEqual(book.settled, NOTHING);
  await day.clock.advance(-86_400_000);
  assert.equal(book.settled.usd, 100);
});

Deno.test("DayBook counts what a dead process held as spent, for those who wait for it", async () => {
  await using day = new Day();
  const [one, two] = [day.seat(350), day.seat(350)];
  const hosts = new DatabaseHosts(two.database);
  hosts.enter({ ...THIS_PROCESS, hostId: "h0" });
  await take(one.broker);
  let isGranted = false;
  const waiting = take(two.broker).then(() => isGranted = true);
  await day.clock.advance(15_000);
  assert.equal(isGranted, false);
  hosts.leave("h0");
  await day.clock.advance(15_000);
  await waiting;
  assert.deepEqual(two.book.settled, { usd: 200, tokens: 200, requests: 1 });
});

const THIS_PROCESS = {
  pid: Deno.pid,
  startMark: "",
  kind: "chat",
  sessionId: "s00000",
  socket: null,
  since: 0,
} as const;

/** A day whose book another process keeps locked, from the begin on. */
function lockedDay() {
  const day = new Day();
  const events: EventBody[] = [];
  const seat = day.seat(350, (body) => events.push(body));
  const other = openDatabase(day.dir.path);
  seat.database.script("PRAGMA busy_timeout = 0");
  other.script("BEGIN IMMEDIATE");
  const stack = new AsyncDisposableStack();
  stack.use(day);
  stack.use(other);
  return { ...seat, day, other, events, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("DayBook that cannot be looked up lets requests wait, says so once, and lets them out later", async () => {
  await using locked = lockedDay();
  const { broker, day, other, events } = locked;
  const why: (string | null)[] = [];
  const task = broker.forTask({
    taskId: "t1",
    parentId: null,
    caps: NO_CAPS,
    onWait: (each) => why.push(each),
  });
  const requests = [take(task), take(broker)];
  await day.clock.advance(60_000);
  assert.deepEqual(why, ["budget"]);
  assert.deepEqual(events.map(({ type }) => type), ["error"]);
  other.script("ROLLBACK");
  await day.clock.advance(10_000);
  broker.release((await requests[1]!).id, SPENT);
  broker.release((await requests[0]!).id, SPENT);
  task[Symbol.dispose]();
  assert.deepEqual([...new Set(why)], ["budget", null]);
  assert.deepEqual(events.map((event) => event.type === "error" && event.error.code), ["store", "store"]);
  assert.equal(day.clock.pending, 0);
});

Deno.test("DayBook that cannot be looked up for minutes fails requests for that, not for the budget", async () => {
  await using locked = lockedDay();
  const { broker, day } = locked;
  const refused = assert.rejects(take(broker), (error) => {
    assert.ok(error instanceof ProviderError && error.code === "store" && error.retryable);
    assert.match(error.message, /the budget of the day cannot be checked \(Cannot use ".*": another process/);
    assert.match(error.hint ?? "", /hermes config set budget.day.usd null/);
    return true;
  });
  await day.clock.advance(6 * 60_000);
  await refused;
  assert.equal(day.clock.pending, 0);
});

Deno.test("DayBook is not tried any more when nobody waits for it", async () => {
  await using locked = lockedDay();
  const { broker, day } = locked;
  const stop = new AbortController();
  const stopped = assert.rejects(broker.acquire(ASK, stop.signal), { message: "enough" });
  await day.clock.advance(1_000);
  stop.abort(new Error("enough"));
  await stopped;
  assert.equal(day.clock.pending, 0);
});

Deno.test("DayBook that cannot be written keeps the hold and settles it later", async () => {
  await using day = new Day();
  const { broker, book, database } = day.seat(1_000);
  using other = openDatabase(day.dir.path);
  database.script("PRAGMA busy_timeout = 0");
  const lease = await take(broker);
  other.script("BEGIN IMMEDIATE");
  broker.release(lease.id, SPENT);
  other.script("ROLLBACK");
  assert.deepEqual([book.held.usd, book.settled.usd], [200, 0]);
  broker.release((await take(broker)).id, OK);
  assert.deepEqual([book.held.usd, book.settled.requests], [0, 2]);
});

Deno.test("DayBook: a request that is let out as a day ends counts on that day, whenever the clock is read", async () => {
  const midnight = Date.UTC(2026, 1, 1);
  for (let reads = 0; reads < 8; reads++) {
    using dir = new TempDir();
    using database = openDatabase(dir.path);
    let left = reads;
    const clock = Object.assign(new FakeClock(), { now: () => left-- > 0 ? midnight - 1 : midnight });
    const book = new DayBook({ database, hostId: "h0", home: dir.path, clock });
    let seen = { settled: NOTHING, held: NOTHING };
    book.shared.atomically(() => {
      seen = { settled: book.settled, held: book.held };
      book.hold({ usd: 1, tokens: 1, requests: 1 });
    });
    assert.deepEqual(seen, { settled: NOTHING, held: NOTHING });
    const days = database.all<{ day: string }>("SELECT day FROM day_holds").map(({ day }) => day);
    assert.deepEqual(days, [reads > 0 ? "2026-01-31" : "2026-02-01"], `after ${reads} reads`);
    await book[Symbol.asyncDispose]();
  }
});

Deno.test("four fifths of a day's budget are told on each day", async () => {
  await using day = new Day();
  const warnings: unknown[] = [];
  const book = day.seat(1_000).book;
  const broker = createBroker({
    endpointOf: () => endpoint([]),
    settingsOf: () => ({ max_output_tokens: 100, price: PRICE }),
    clock: day.clock,
    random: () => 0,
    budget: { session: NO_CAPS, day: { caps: { ...NO_CAPS, usd: 400 }, book } },
    emit: (body) => body.type === "budget.warned" && warnings.push(body.used),
  });
  for (let today = 1; today <= 2; today++) {
    for (let count = 0; count < 2; count++) {
      const usage = { input: 80, cached: 0, output: 80, reasoning: 0 };
      broker.release((await take(broker)).id, { usage, error: null });
    }
    await day.clock.advance(86_400_000);
  }
  assert.deepEqual(warnings, [320, 320]);
});
