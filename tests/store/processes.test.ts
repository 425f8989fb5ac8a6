import assert from "node:assert/strict";
import { MIGRATIONS } from "../../lib/store/schema.ts";
import type { Store } from "../../lib/store/store.ts";
import { Running } from "../support/running.ts";
import { beginIn, deadHost, endTask, StoreGround } from "./store_ground.ts";

const PROGRAM = new URL("./store_process.ts", import.meta.url).pathname;
const DEADLINE_MS = 60_000;

/** A process that waits to do `act` with the store of the test. */
function started(ground: StoreGround, act: string, argument = ""): Running {
  return new Running({
    command: [Deno.execPath(), "run", "-A", "--no-check", "--quiet", PROGRAM, ground.home, act, argument],
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "", NO_COLOR: "1" },
    cwd: ground.dir.path,
    deadlineMs: DEADLINE_MS,
  });
}

/** Lets as many processes do the same at once; returns what each said. */
async function together(ground: StoreGround, count: number, act: string, argument = ""): Promise<string[][]> {
  await using stack = new AsyncDisposableStack();
  const all = Array.from({ length: count }, () => stack.use(started(ground, act, argument)));
  for (const each of all) await each.stdout.waitFor(/ready\n/);
  await Promise.all(all.map((each) => each.write("go\n")));
  const ends = await Promise.all(all.map((each) => each.finished));
  for (const { code, stderr } of ends) assert.deepEqual([code, stderr], [0, ""]);
  return ends.map(({ stdout }) => stdout.trim().split("\n").at(-1)?.split(" ") ?? []);
}

Deno.test("processes that make one store at once share it, and no id is given out twice", async () => {
  using ground = new StoreGround();
  const said = await together(ground, 4, "ids");
  const all = said.flat();
  assert.equal(all.length, 4 * 101);
  assert.equal(new Set(all).size, all.length);
  const store = ground.open();
  assert.equal(store.sessions().length, 4);
  assert.equal(
    store.database.get<{ user_version: number }>("PRAGMA user_version")?.user_version,
    MIGRATIONS.length,
  );
  assert.deepEqual([...Deno.readDirSync(ground.home)].filter(({ name }) => name.endsWith(".tmp")), []);
});

Deno.test("of processes that take one interrupted task, one wins", async () => {
  using ground = new StoreGround();
  const store = ground.open();
  const id = endTask(beginIn(store), 1, { status: "interrupted" });
  const said = await together(ground, 3, "take", id);
  const winners = said.filter(([word]) => word === "won");
  assert.equal(winners.length, 1);
  const task = store.tasks.get(id);
  assert.deepEqual([task?.status, task?.hostId], ["queued", winners[0]?.[1]]);
});

Deno.test("of processes that print one result, one does", async () => {
  using ground = new StoreGround();
  const id = endTask(beginIn(ground.open()), 1);
  const said = await together(ground, 3, "deliver", id);
  assert.deepEqual(said.flat().sort(), ["lost", "lost", "won"]);
});

Deno.test("of processes that look for a dead host, one finds it with its tasks", async () => {
  using ground = new StoreGround();
  const store = ground.open();
  store.hosts.enter(deadHost("h2"));
  const session = beginIn(store, { hostId: "h2" });
  const ids = [endTask(session, 1, { status: "running" }), endTask(session, 2, { status: "queued" })];
  const said = await together(ground, 4, "recover");
  assert.deepEqual(said.sort(), [["0"], ["0"], ["0"], ["1", ...ids]]);
});

/** What a killed writer had said is on disk, and what it had not said is whole or not there. */
function assertKept(store: Store, lines: readonly string[]): void {
  const said = lines.map((line) => line.split(" "));
  const sessionId = said.find(([word]) => word === "session")?.[1] ?? "";
  for (const [word, id = "", turn = ""] of said) {
    if (word === "ended" || word === "delivered") assert.equal(store.tasks.get(id)?.status, "completed", id);
    if (word === "delivered") {
      assert.equal(store.tasks.get(id)?.delivered?.by, "notice", `${id} of turn ${turn}`);
    }
  }
  const seqs = [...store.events(sessionId, 0)].map(({ seq }) => seq);
  assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
  const contents = store.conversation(sessionId, null).map(({ content }) => content);
  assert.deepEqual(contents, contents.map((_, index) => `turn ${index + 1}`));
  const ends = store.tasks.list({ sessionId, status: "completed" });
  assert.ok(contents.length >= ends.length, "a task that ended has its turn before it");
  const lastDelivered = ends.findLastIndex(({ delivered }) => delivered !== null);
  assert.ok(lastDelivered < contents.length, "a delivery stands in the conversation");
}

Deno.test("a writer killed anywhere loses nothing that it had said, and its tasks are found", async () => {
  using ground = new StoreGround();
  const store = ground.open();
  for (let round = 1; round <= 8; round++) {
    await using writer = started(ground, "write");
    await writer.stdout.waitFor(/ready\n/);
    await writer.write("go\n");
    await writer.stdout.waitFor(new RegExp(`(.*\n){${round * 15}}`));
    writer.kill("SIGKILL");
    const { stdout } = await writer.finished;
    assertKept(store, stdout.split("\n").slice(0, -1)); // the last line may be cut
    const { hosts, tasks } = store.recover((task) => ({ ...task, status: "interrupted" }));
    assert.deepEqual(hosts.map(({ pid }) => pid), [writer.pid]);
    assert.ok(tasks.length > 0);
    assert.deepEqual(store.tasks.list({ status: "running" }), []);
  }
  assert.equal(store.database.get<{ quick_check: string }>("PRAGMA quick_check")?.quick_check, "ok");
});
