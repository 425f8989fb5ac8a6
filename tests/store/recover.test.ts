import assert from "node:assert/strict";
import type { StoredTask, TaskRow } from "../../lib/store/store.ts";
import { beginIn, deadHost, endTask, StoreGround, thisHost } from "./store_ground.ts";

function interrupt(task: StoredTask): TaskRow {
  return { ...task, status: "interrupted", endedAt: 7, body: { was: task.status } };
}

Deno.test("recover() interrupts what dead hosts had in hand, once, and leaves all else", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  store.hosts.enter(thisHost("h1"));
  store.hosts.enter(deadHost("h2"));
  const [alive, dead, unknown] = [
    beginIn(store, { hostId: "h1" }),
    beginIn(store, { hostId: "h2" }),
    beginIn(store, { hostId: "h3" }),
  ];
  const mine = endTask(alive, 1, { status: "running" });
  const inHand = (["queued", "running", "needs_input", "stopping"] as const).map((status) =>
    endTask(dead, 1, { status })
  );
  const over = (["completed", "failed", "cancelled", "interrupted"] as const).map((status) =>
    endTask(dead, 1, { status })
  );
  const orphan = endTask(unknown, 1, { status: "running" });
  const untouched = [mine, ...over].map((id) => store.tasks.get(id));
  const found = other.recover(interrupt);
  assert.deepEqual(found.hosts, [deadHost("h2")]);
  assert.deepEqual(found.tasks.map(({ taskId }) => taskId), [...inHand, orphan]);
  assert.deepEqual(found.tasks, [...inHand, orphan].map((id) => store.tasks.get(id)));
  assert.deepEqual(found.tasks.map(({ status }) => status), Array(5).fill("interrupted"));
  assert.deepEqual(found.tasks[1]?.body, { was: "running" });
  assert.deepEqual([mine, ...over].map((id) => store.tasks.get(id)), untouched);
  assert.deepEqual(store.recover(interrupt), { hosts: [], tasks: [] });
  assert.deepEqual(store.hosts.live(), [thisHost("h1")]);
});

Deno.test("recover() counts what dead hosts held of a day's budget as spent", () => {
  using ground = new StoreGround();
  const store = ground.open();
  store.hosts.enter(thisHost("h1"));
  store.hosts.enter(deadHost("h2"));
  const hold = (day: string, hostId: string, usd: number) =>
    store.database.run(
      "INSERT INTO day_holds (day, host_id, usd, tokens, requests) VALUES (?, ?, ?, 10, 1)",
      day,
      hostId,
      usd,
    );
  hold("2025-01-01", "h1", 1);
  hold("2025-01-01", "h2", 2);
  hold("2025-01-01", "h2", 4);
  hold("2025-01-02", "gone", 8);
  store.database.run("INSERT INTO day_spend (day, usd, tokens, requests) VALUES ('2025-01-01', 100, 5, 3)");
  store.recover(interrupt);
  store.recover(interrupt);
  const rows = (sql: string) => store.database.all<object>(sql).map((row) => ({ ...row }));
  assert.deepEqual(rows("SELECT * FROM day_spend ORDER BY day"), [
    { day: "2025-01-01", usd: 106, tokens: 25, requests: 5 },
    { day: "2025-01-02", usd: 8, tokens: 10, requests: 1 },
  ]);
  assert.deepEqual(rows("SELECT host_id, usd FROM day_holds"), [{ host_id: "h1", usd: 1 }]);
});

Deno.test("recover() changes nothing when `interrupt` throws", () => {
  using ground = new StoreGround();
  const store = ground.open();
  store.hosts.enter(deadHost("h2"));
  const id = endTask(beginIn(store, { hostId: "h2" }), 1, { status: "running" });
  assert.throws(() =>
    store.recover(() => {
      throw new TypeError("no");
    }), /no/);
  assert.equal(store.tasks.get(id)?.status, "running");
  assert.deepEqual(store.recover(interrupt).hosts, [deadHost("h2")]);
});
