import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { Retention } from "../../lib/session/retention.ts";
import { takeChore } from "../../lib/store/chores.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { SessionStore, Store } from "../../lib/store/store.ts";
import type { TaskEvent } from "../../lib/protocol/task_state.ts";
import { StoredHome } from "../support/stored_home.ts";
import { CANCELLING, completing } from "../support/task_records.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;
/** Longer than a round of retention takes. */
const ROUND_MS = 60_000;

const LIVES = {
  completed: completing("done"),
  cancelled: CANCELLING,
  interrupted: [{ type: "started", at: 2 }, { type: "host_died", at: 3 }],
  running: [{ type: "started", at: 2 }],
  queued: [],
} satisfies Readonly<Record<string, readonly TaskEvent[]>>;

interface PlannedTask {
  readonly life: keyof typeof LIVES;
  readonly isDelivered: boolean;
  /** Spawned by the task before it, where there is one. */
  readonly isBelow: boolean;
  /** It was to follow this one of all tasks before it. */
  readonly follows: number | null;
}

interface PlannedSession {
  readonly ageDays: number;
  readonly isOpen: boolean;
  readonly tasks: readonly PlannedTask[];
}

const plannedTask: fc.Arbitrary<PlannedTask> = fc.record({
  life: fc.constantFrom(
    "completed",
    "completed",
    "completed",
    "cancelled",
    "interrupted",
    "running",
    "queued",
  ),
  isDelivered: fc.constantFrom(true, true, true, false),
  isBelow: fc.boolean(),
  follows: fc.option(fc.nat(20), { freq: 3 }),
});

const plan: fc.Arbitrary<PlannedSession[]> = fc.array(
  fc.record({
    ageDays: fc.constantFrom(0, 1, 29, 31, 32, 80),
    isOpen: fc.constantFrom(false, false, false, true),
    tasks: fc.array(plannedTask, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** A session as it was made, with all that decides whether it may go. */
interface Made {
  readonly session: SessionStore;
  readonly planned: PlannedSession;
  readonly tasks: readonly {
    readonly id: string;
    readonly planned: PlannedTask;
    readonly after: string | null;
  }[];
}

async function make(home: StoredHome, sessions: readonly PlannedSession[]): Promise<Made[]> {
  await home.clock.advance(100 * DAY_MS);
  const made: Made[] = [];
  for (const planned of sessions) {
    const session = home.session("talk");
    const known = made.flatMap(({ tasks }) => tasks);
    const tasks: Made["tasks"][number][] = [];
    for (const task of planned.tasks) {
      const after = task.follows === null
        ? null
        : known[task.follows % Math.max(1, known.length)]?.id ?? null;
      const id = home.task(session, LIVES[task.life], {
        ownerId: task.isBelow ? tasks.at(-1)?.id ?? null : null,
        after: after === null ? [] : [after],
      });
      session.conversationChanged(id, { from: 0, messages: [{ role: "user", content: "go" }] });
      if (isOver(task) && task.isDelivered) home.store.tasks.deliver(id, "notice");
      tasks.push({ id, planned: task, after });
      writeFileSync(spilled(home, `${id}.md`), "a summary");
    }
    session.flush();
    mkdirSync(spilled(home, session.sessionId));
    writeFileSync(spilled(home, `${session.sessionId}/output.txt`), "an output");
    if (planned.isOpen) home.open(session);
    const lastAt = home.clock.now() - planned.ageDays * DAY_MS;
    home.store.database.run(
      "UPDATE sessions SET last_at = ? WHERE session_id = ?",
      lastAt,
      session.sessionId,
    );
    made.push({ session, planned, tasks });
  }
  return made;
}

function spilled(home: StoredHome, name: string): string {
  mkdirSync(home.dir.at("spill"), { recursive: true });
  return home.dir.at(`spill/${name}`);
}

function isOver({ life }: PlannedTask): boolean {
  return life === "completed" || life === "cancelled";
}

/** What the promise says, in its own words: old, not open, all of it over, all that anybody asked for delivered. */
function mayGo({ planned, tasks }: Made, all: readonly Made[]): boolean {
  const isNeeded = tasks.some(({ planned: task, id }, index) => {
    const isAsked = !task.isBelow || index === 0;
    const isAwaited = all.some((other) =>
      other.tasks.some(({ after, planned: follower }) => after === id && !isOver(follower))
    );
    return !isOver(task) || isAsked && !task.isDelivered || isAwaited;
  });
  return planned.ageDays > DAYS && !planned.isOpen && !isNeeded;
}

/** Every row that is kept, but for what retention notes of itself. */
function rowsOf(store: Store): readonly string[] {
  return ["sessions", "tasks", "deliveries", "events", "messages", "hosts", "task_ids", "requests"].flatMap((
    table,
  ) =>
    store.database.all<Record<string, unknown>>(`SELECT * FROM ${table}`).map((row) =>
      `${table} ${JSON.stringify(row)}`
    )
  );
}

Deno.test("Retention removes all of what is old and done with, and nothing that is undelivered, interrupted or live", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (sessions) => {
      using home = new StoredHome();
      const made = await make(home, sessions);
      const before = rowsOf(home.store);
      using _retention = new Retention({
        store: home.store,
        home: home.dir.path,
        clock: home.clock,
        days: DAYS,
      });
      await home.clock.advance(ROUND_MS);
      const gone = made.filter((each) => mayGo(each, made));
      const goneIds = gone.flatMap(({ session, tasks }) => [session.sessionId, ...tasks.map(({ id }) => id)]);
      const isGones = (row: string) => {
        const [table, body = ""] = [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)];
        if (table === "task_ids" || table === "hosts") return false; // an id is never given out again
        const { session_id, task_id, agent } = JSON.parse(body);
        return [session_id, task_id, agent].some((id) => goneIds.includes(id));
      };
      assert.deepEqual(rowsOf(home.store), before.filter((row) => !isGones(row)));
      const kept = made.filter((each) => !gone.includes(each));
      const files = kept.flatMap((
        { session, tasks },
      ) => [session.sessionId, ...tasks.map(({ id }) => `${id}.md`)]);
      assert.deepEqual(readdirSync(home.dir.at("spill")).toSorted(), files.toSorted());
    }),
    { numRuns: 120 },
  );
});

/** Old sessions that nobody needs. */
async function oldSessions(home: StoredHome, count: number): Promise<void> {
  for (let index = 0; index < count; index++) home.session("old");
  await home.clock.advance(100 * DAY_MS);
}

Deno.test("Retention waits until its session is under way, takes one session at a time, and comes again each day", async () => {
  using home = new StoredHome();
  await oldSessions(home, 3);
  const left = () => home.store.sessions().length;
  using retention = new Retention({ store: home.store, home: home.dir.path, clock: home.clock, days: DAYS });
  await home.clock.advance(1_999);
  assert.equal(left(), 3);
  await home.clock.advance(1);
  assert.equal(left(), 2);
  await home.clock.advance(50);
  assert.equal(left(), 1);
  await home.clock.advance(ROUND_MS);
  assert.equal(left(), 0);
  home.session("talk");
  await home.clock.advance(30 * DAY_MS);
  assert.equal(left(), 1);
  await home.clock.advance(DAY_MS + ROUND_MS);
  assert.equal(left(), 0);
  retention[Symbol.dispose]();
  assert.equal(home.clock.pending, 0);
});

Deno.test("of several processes one sees to retention each day, and the next goes on where one ends before it is done", async () => {
  using home = new StoredHome();
  await oldSessions(home, 3);
  const { clock, dir } = home;
  using other = openStore(dir.path, { clock });
  const first = new Retention({ store: home.store, home: dir.path, clock, days: DAYS });
  using _second = new Retention({ store: other, home: dir.path, clock, days: DAYS });
  await clock.advance(2_000);
  assert.equal(home.store.sessions().length, 2, "the second one has left it to the first");
  assert.equal(takeChore(other.database, "retention", { now: clock.now(), everyMs: DAY_MS }), false);
  first[Symbol.dispose]();
  using _third = new Retention({ store: other, home: dir.path, clock, days: DAYS });
  await clock.advance(ROUND_MS);
  assert.equal(home.store.sessions().length, 0);
});

Deno.test("Retention removes a long journal in steps, and stops in the middle when its session is opened", async () => {
  using home = new StoredHome();
  const { clock, dir, store } = home;
  const session = home.session("long");
  store.database.run(
    `WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 12000)
     INSERT INTO events SELECT ?, seq, '{}' FROM n`,
    session.sessionId,
  );
  const left = () => store.database.get<{ left: number }>("SELECT count(*) AS left FROM events")?.left;
  await clock.advance(100 * DAY_MS);
  using _retention = new Retention({ store, home: dir.path, clock, days: DAYS });
  await clock.advance(2_000);
  assert.equal(left(), 7_000);
  home.open(session);
  await clock.advance(ROUND_MS);
  assert.deepEqual([left(), store.conversation(session.sessionId, null).length], [7_000, 3]);
  store.hosts.leave(session.hostId);
  await clock.advance(DAY_MS + ROUND_MS);
  assert.deepEqual([left(), store.sessions()], [0, []]);
});

Deno.test("Retention leaves a session that came back to life since it was looked for", async () => {
  using home = new StoredHome();
  const { clock, dir, store } = home;
  const sessions = [home.session("first"), home.session("second")];
  await clock.advance(100 * DAY_MS);
  using _retention = new Retention({ store, home: dir.path, clock, days: DAYS });
  await clock.advance(2_000);
  sessions[1]?.conversationChanged(null, { from: 3, messages: [{ role: "user", content: "again" }] });
  sessions[1]?.flush();
  await clock.advance(ROUND_MS);
  assert.deepEqual(store.sessions().map(({ title }) => title), ["second"]);
});

Deno.test("Retention removes old logs and files in spill/ that belong to nothing stored, and no other file", async () => {
  using home = new StoredHome();
  const { clock, dir, store } = home;
  const session = home.session("talk");
  const old = [
    "spill/s00000",
    "spill/t00000.md",
    "spill/notes.md",
    `spill/${session.sessionId}`,
    "logs/host.log",
  ];
  const young = ["spill/s00001", "logs/errors.log"];
  for (const folder of ["spill", "logs"]) mkdirSync(dir.at(folder));
  for (const name of [...old, ...young]) {
    writeFileSync(dir.at(name), "x");
    const at = (clock.now() + (young.includes(name) ? 100 * DAY_MS : 0)) / 1000;
    utimesSync(dir.at(name), at, at);
  }
  home.open(session);
  await clock.advance(100 * DAY_MS);
  using _retention = new Retention({ store, home: dir.path, clock, days: DAYS });
  await clock.advance(ROUND_MS);
  const left = [...old, ...young].filter((name) => existsSync(dir.at(name)));
  assert.deepEqual(left, ["spill/notes.md", `spill/${session.sessionId}`, ...young]);
});
