import assert from "node:assert/strict";
import { beginIn, endTask, StoreGround, taskRow } from "./store_ground.ts";

Deno.test("list() finds tasks by all that is asked for, in the order in which they were taken", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const [one, two] = [beginIn(store), beginIn(store, { hostId: "h2" })];
  const late = endTask(one, 1, { createdAt: 9 });
  const early = endTask(one, 2, { createdAt: 3 });
  const lost = endTask(two, 1, { createdAt: 5, status: "interrupted" });
  one.ledger.claim(late, null, "collect");
  one.ledger.confirm(null);
  const ids = (query: Parameters<typeof store.tasks.list>[0]) =>
    store.tasks.list(query).map(({ taskId }) => taskId);
  assert.deepEqual(ids({}), [early, lost, late]);
  assert.deepEqual(ids({ sessionId: one.sessionId }), [early, late]);
  assert.deepEqual(ids({ hostId: "h2" }), [lost]);
  assert.deepEqual(ids({ status: "completed", sessionId: one.sessionId }), [early, late]);
  assert.deepEqual(ids({ isOpen: true }), [early, lost]);
  assert.deepEqual(ids({ isOpen: true, status: "completed" }), [early]);
  assert.deepEqual(ids({ sessionId: "s' OR TRUE --" }), []);
  assert.deepEqual([store.tasks.lastIds(2), store.tasks.lastIds(9)], [[lost, late], [early, lost, late]]);
});

Deno.test("a task comes back as it was given", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const session = beginIn(store);
  const row = taskRow(session, "t1", {
    ownerId: "t0",
    body: { text: "é\u0000\u{1f600}", list: [1.5, null, [true]] },
  });
  session.taskChanged("t1", () => row);
  session.flush();
  assert.deepEqual(store.tasks.get("t1"), { ...row, delivered: null });
  assert.equal(store.tasks.get("t2"), undefined);
});

Deno.test("takeInterrupted() is won once, by whichever connection came first", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  const session = beginIn(store);
  const id = endTask(session, 1, { status: "interrupted", ownerId: "t9" });
  assert.equal(store.tasks.deliver(id, "notice"), true);
  const take = (from: typeof store, hostId: string) =>
    from.tasks.takeInterrupted(id, (task) => ({ ...task, status: "queued", hostId }));
  const taken = take(other, "h2");
  assert.deepEqual([taken?.status, taken?.hostId, taken?.ownerId], ["queued", "h2", "t9"]);
  assert.equal(taken?.delivered, null, "how it ends now is news");
  assert.equal(take(store, "h3"), null);
  assert.equal(store.tasks.get(id)?.hostId, "h2");
  assert.equal(store.tasks.takeInterrupted("t00000", (task) => task), null);
});

Deno.test("deliver() and the ledger of a session deliver a result once between them", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  const session = beginIn(store);
  const [printed, noticed, raced] = [endTask(session, 1), endTask(session, 2), endTask(session, 3)];
  assert.equal(other.tasks.deliver(printed, "print"), true);
  assert.equal(session.ledger.claim(printed, null, "notice"), false);
  assert.equal(session.ledger.isClaimed(printed), true);
  session.ledger.claim(noticed, null, "notice");
  session.ledger.confirm(null);
  assert.equal(other.tasks.deliver(noticed, "print"), false);
  session.ledger.claim(raced, null, "collect");
  assert.equal(other.tasks.deliver(raced, "print"), true, "a claim that is not confirmed holds nobody up");
  assert.deepEqual(session.ledger.confirm(null), [], "and the later one hears that it was late");
  assert.deepEqual(store.tasks.get(raced)?.delivered, { by: "print", at: 1_000_000 });
  assert.equal(other.tasks.deliver("t00000", "print"), false);
});
