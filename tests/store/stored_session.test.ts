import assert from "node:assert/strict";
import type { Message } from "../../lib/protocol/conversation.ts";
import { StoreError } from "../../lib/store/store_error.ts";
import { beginIn, endTask, event, noTrouble, StoreGround, taskRow } from "./store_ground.ts";

const user = (content: string): Message => ({ role: "user", content });

/** A moment after which what was gathered is on disk. */
const GATHERED_MS = 50;

Deno.test("a session's writes are gathered and on disk a moment later", async () => {
  using ground = new StoreGround();
  using store = ground.open();
  using other = ground.open();
  const session = beginIn(store);
  const id = session.newTaskId();
  session.taskChanged(id, () => taskRow(session, id));
  session.append(event(session, 1));
  assert.deepEqual([other.tasks.list(), [...other.events(session.sessionId, 0)]], [[], []]);
  await ground.clock.advance(GATHERED_MS);
  assert.deepEqual(other.tasks.list(), [{ ...taskRow(session, id), delivered: null }]);
  assert.deepEqual([...other.events(session.sessionId, 0)], [event(session, 1)]);
  assert.equal(ground.clock.pending, 0);
});

Deno.test("append() has the end of a task, and all before it, on disk when it returns", () => {
  using ground = new StoreGround();
  const session = beginIn(ground.open());
  const other = ground.open();
  session.append(event(session, 1));
  const id = endTask(session, 2);
  assert.equal(other.tasks.get(id)?.status, "completed");
  assert.deepEqual([...other.events(session.sessionId, 0)].map(({ seq }) => seq), [1, 2]);
});

Deno.test("taskChanged() asks only the latest row of a task, once", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const session = beginIn(store);
  let asked = 0;
  for (const status of ["queued", "running", "stopping"] as const) {
    session.taskChanged("t1", () => {
      asked++;
      return taskRow(session, "t1", { status });
    });
  }
  assert.equal(session.flush(), true);
  assert.equal(session.flush(), true);
  assert.deepEqual([asked, store.tasks.get("t1")?.status], [1, "stopping"]);
});

Deno.test("taskChanged() does not change what another living host runs", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const [stale, owner] = [beginIn(store, { hostId: "h1" }), beginIn(store, { hostId: "h2" })];
  const place = { pid: 1, startMark: "x", kind: "chat", sessionId: "", socket: null, since: 1 } as const;
  for (const hostId of ["h1", "h2"]) store.hosts.enter({ ...place, hostId });
  const write = (session: typeof stale, hostId: string, body: string) => {
    session.taskChanged("t1", () => ({ ...taskRow(owner, "t1"), hostId, body }));
    session.flush();
    return store.tasks.get("t1")?.body;
  };
  assert.equal(write(stale, "h1", "first"), "first");
  assert.equal(write(stale, "h2", "handed over"), "handed over");
  assert.equal(write(stale, "h1", "too late"), "handed over");
  assert.equal(write(owner, "h2", "gone on"), "gone on");
  store.hosts.leave("h2");
  assert.equal(write(stale, "h1", "nobody's"), "nobody's");
});

Deno.test("conversationChanged() keeps what the updates make of a conversation, however they are gathered", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const session = beginIn(store);
  const update = (agent: string | null, from: number, ...texts: string[]) =>
    session.conversationChanged(agent, { from, messages: texts.map(user) });
  const stored = (agent: string | null) => {
    assert.equal(session.flush(), true);
    return store.conversation(session.sessionId, agent).map(({ content }) => content);
  };
  update(null, 0, "a", "b");
  update(null, 2, "c");
  update("t1", 0, "child");
  assert.deepEqual([stored(null), stored("t1")], [["a", "b", "c"], ["child"]]);
  update(null, 3, "d", "e");
  update(null, 4, "f");
  assert.deepEqual(stored(null), ["a", "b", "c", "d", "f"]);
  update(null, 5, "g");
  update(null, 1, "x");
  assert.deepEqual(stored(null), ["a", "x"]);
  update(null, 0);
  assert.deepEqual([stored(null), stored("t1")], [[], ["child"]]);
});

Deno.test("titled() names a session once", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const session = beginIn(store);
  session.titled("first");
  session.titled("second");
  session.flush();
  session.titled("third");
  session.flush();
  assert.equal(store.session(session.sessionId)?.title, "first");
});

Deno.test("requestEnded() keeps a row for each request", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const session = beginIn(store);
  const usage = { input: 10, cached: 3, output: 5, reasoning: 1 };
  const row = {
    at: 5,
    taskId: "t1",
    provider: "acme",
    model: "m-1",
    key: "f00",
    usage,
    isEstimate: true,
    usd: 0.5,
  };
  session.requestEnded(row);
  session.requestEnded({ ...row, taskId: null, key: null, isEstimate: false, usd: null });
  session.flush();
  const rows = store.database.all<Record<string, unknown>>("SELECT * FROM requests ORDER BY id");
  const { sessionId } = session;
  const kept = {
    at: 5,
    session_id: sessionId,
    payer: "h1",
    host_id: null,
    provider: "acme",
    model: "m-1",
    ...usage,
  };
  assert.deepEqual(rows.map((each) => ({ ...each })), [
    { id: 1, ...kept, task_id: "t1", key: "f00", is_estimate: 1, usd: 0.5 },
    { id: 2, ...kept, task_id: null, key: null, is_estimate: 0, usd: null },
  ]);
});

Deno.test("goOn() goes on with the journal, without a gap", () => {
  using ground = new StoreGround();
  const first = beginIn(ground.open());
  for (const seq of [1, 2, 3]) first.append(event(first, seq));
  first[Symbol.dispose]();
  const store = ground.open();
  const again = store.goOn(first.sessionId, "h2", noTrouble);
  assert.equal(again?.lastSeq, 3);
  again.append(event(again, 4));
  again.flush();
  assert.deepEqual([...store.events(first.sessionId, 1)].map(({ seq }) => seq), [2, 3, 4]);
  assert.equal(store.goOn("s00000", "h2", noTrouble), undefined);
});

Deno.test("two who go on with the same session leave a journal without a gap and lose nothing", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  const one = beginIn(store);
  const two = other.goOn(one.sessionId, "h2", noTrouble);
  assert.ok(two);
  for (const session of [one, two]) {
    for (const seq of [1, 2]) session.append(event(session, seq));
    assert.equal(session.flush(), true);
  }
  const events = [...store.events(one.sessionId, 0)];
  assert.deepEqual(events.map((each) => [each.seq, "turn" in each && each.turn]), [[1, 1], [2, 2], [3, 1], [
    4,
    2,
  ]]);
});

Deno.test("events() reads long journals whole", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const session = beginIn(store);
  const all = Array.from({ length: 1203 }, (_, index) => event(session, index + 1));
  for (const each of all) session.append(each);
  session.flush();
  assert.deepEqual([...store.events(session.sessionId, 0)], all);
  assert.deepEqual([...store.events(session.sessionId, 1202)], all.slice(1202));
});

Deno.test("what a full disk refuses is kept, told once and written when there is room", async () => {
  using ground = new StoreGround();
  const store = ground.open();
  const troubles: (Error | null)[] = [];
  const session = beginIn(store, { onTrouble: (trouble) => troubles.push(trouble) });
  const { page_count: pages } = store.database.get<{ page_count: number }>("PRAGMA page_count") ??
    { page_count: 0 };
  store.database.script(`PRAGMA max_page_count = ${pages}`);
  const long = user("x".repeat(100_000));
  session.conversationChanged(null, { from: 0, messages: [long] });
  const id = endTask(session, 1);
  await ground.clock.advance(60_000);
  assert.equal(session.flush(), false);
  assert.deepEqual(troubles.map((each) => each instanceof StoreError && each.trouble), ["full"]);
  assert.equal(store.tasks.get(id), undefined);
  assert.equal(session.ledger.claim(id, null, "notice"), true);
  assert.deepEqual(session.ledger.confirm(null), [{ taskId: id, way: "notice" }]);
  store.database.script("PRAGMA max_page_count = 1000000");
  await ground.clock.advance(60_000);
  assert.deepEqual([troubles.length, troubles[1]], [2, null]);
  assert.equal(store.tasks.get(id)?.delivered?.by, "notice");
  assert.deepEqual(store.conversation(session.sessionId, null), [long]);
});

Deno.test("what a locked file refuses is written when it is free", async () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  const troubles: (Error | null)[] = [];
  const session = beginIn(store, { onTrouble: (trouble) => troubles.push(trouble) });
  store.database.script("PRAGMA busy_timeout = 0");
  other.database.script("BEGIN IMMEDIATE");
  const ids = [endTask(session, 1), endTask(session, 2)];
  assert.deepEqual(troubles.map((each) => each instanceof StoreError && each.trouble), ["busy"]);
  assert.equal(new Set(ids).size, 2, "ids are given out all the same");
  other.database.script("ROLLBACK");
  await ground.clock.advance(60_000);
  assert.deepEqual(other.tasks.list().map(({ taskId }) => taskId), ids);
  const known = other.database.all<{ task_id: string }>("SELECT task_id FROM task_ids").map((row) =>
    row.task_id
  );
  assert.ok(ids.every((id) => known.includes(id)), "and reserved later");
  assert.equal(troubles.at(-1), null);
});

Deno.test("of very many events that wait for a disk the oldest keep their place only, but for the life of tasks", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  const session = beginIn(store, { onTrouble() {} });
  store.database.script("PRAGMA busy_timeout = 0");
  other.database.script("BEGIN IMMEDIATE");
  session.append(event(session, 1));
  const id = endTask(session, 2);
  for (let seq = 3; seq <= 10_002; seq++) session.append(event(session, seq));
  other.database.script("ROLLBACK");
  assert.equal(session.flush(), true);
  const [first, second, third] = store.events(session.sessionId, 0);
  assert.equal(first?.type === "error" && first.error.code, "not_kept");
  assert.deepEqual(second, event(session, 2, id));
  assert.deepEqual(third, event(session, 3));
  assert.equal(store.goOn(session.sessionId, "h2", noTrouble)?.lastSeq, 10_002);
});

Deno.test("removeSession() takes all of a session with it, and its host is told", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  const troubles: (Error | null)[] = [];
  const session = beginIn(store, { onTrouble: (trouble) => troubles.push(trouble) });
  const rest = beginIn(store);
  const [id, kept] = [endTask(session, 1), endTask(rest, 1)];
  for (const agent of [null, id]) session.conversationChanged(agent, { from: 0, messages: [user("a")] });
  session.ledger.claim(id, null, "notice");
  session.ledger.confirm(null);
  const spill = `${ground.home}/spill/${session.sessionId}`;
  Deno.mkdirSync(`${spill}/deep`, { recursive: true });
  const summary = `${ground.home}/spill/${id}.md`;
  Deno.writeTextFileSync(summary, "long");
  assert.equal(other.removeSession(session.sessionId, () => false), false);
  assert.ok(Deno.statSync(summary).isFile);
  assert.equal(other.removeSession(session.sessionId), true);
  for (const path of [spill, summary]) assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
  assert.deepEqual(other.sessions().map(({ sessionId }) => sessionId), [rest.sessionId]);
  for (const table of ["tasks", "events", "messages", "deliveries"]) {
    const rows = other.database.all<Record<string, unknown>>(`SELECT * FROM ${table}`);
    assert.ok(
      rows.every((row) => Object.values(row).some((value) => value === rest.sessionId || value === kept)),
      table,
    );
  }
  endTask(session, 2);
  assert.equal(session.flush(), false);
  assert.equal(troubles.length, 1);
  assert.match(String(troubles[0]), /removed by another process/);
  other.removeSession("../..");
  assert.ok(Deno.statSync(ground.home).isDirectory, "no path leads out");
});

Deno.test("sessions() has the one that was used last first", async () => {
  using ground = new StoreGround();
  const store = ground.open();
  const sessions = [beginIn(store), beginIn(store)];
  await ground.clock.advance(1000);
  sessions[0]?.titled("older, but used again");
  sessions[0]?.flush();
  assert.deepEqual(
    store.sessions().map(({ sessionId }) => sessionId),
    sessions.map(({ sessionId }) => sessionId),
  );
  assert.deepEqual(store.session(sessions[1]?.sessionId ?? ""), {
    sessionId: sessions[1]?.sessionId,
    kind: "chat",
    title: "",
    cwd: "/work",
    model: { provider: "acme", model: "m-1", reasoningEffort: null },
    createdAt: 1_000_000,
    lastAt: 1_000_000,
  });
});
