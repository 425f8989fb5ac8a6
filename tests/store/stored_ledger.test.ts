import assert from "node:assert/strict";
import fc from "fast-check";
import { type DeliveryWay, MemoryLedger, type OwnerId } from "../../lib/store/delivery.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { SessionStore, Store } from "../../lib/store/store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { beginIn, endTask, noTrouble, StoreGround } from "./store_ground.ts";

const TASKS = 6;

interface Step {
  readonly act: "claim" | "confirm" | "giveBack" | "print" | "crash";
  readonly task: number;
  readonly way: DeliveryWay;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom("claim", "claim", "claim", "confirm", "giveBack", "print", "crash"),
    task: fc.nat(TASKS - 1),
    way: fc.constantFrom("collect", "notice", "cancel"),
  }),
  { maxLength: 40 },
);

/** Tasks with an even number belong to the session's own agent, the others to a child. */
function ownerOf(task: number): OwnerId {
  return task % 2 === 0 ? null : "t00000";
}

/** A session on disk beside what must be true of it. */
class Life {
  readonly home: string;
  readonly clock = new FakeClock();
  readonly other: Store;
  store: Store;
  session: SessionStore;
  readonly ids: readonly string[];
  /** What is on disk, by task. */
  readonly delivered = new Map<string, DeliveryWay>();
  /** What is claimed in memory, by a ledger without a disk. */
  model = new MemoryLedger();
  #length = 0;

  constructor(home: string) {
    this.home = home;
    this.store = openStore(home, this);
    this.other = openStore(home, this);
    this.session = beginIn(this.store);
    this.ids = Array.from(
      { length: TASKS },
      (_, task) => endTask(this.session, task + 1, { ownerId: ownerOf(task) }),
    );
  }

  /** The owner gets a message that will count only with what is confirmed after it. */
  hear(owner: OwnerId, content: string): void {
    const from = owner === null ? this.#length++ : 0;
    this.session.conversationChanged(owner, { from, messages: [{ role: "user", content }] });
  }

  /** The process dies with all that it had not written, and another goes on with the session. */
  crash(): void {
    this.store.database[Symbol.dispose]();
    this.store = openStore(this.home, this);
    const again = this.store.goOn(this.session.sessionId, "h2", noTrouble);
    assert.ok(again);
    this.session = again;
    this.model = new MemoryLedger(this.delivered.keys());
    this.#length = this.store.conversation(again.sessionId, null).length;
  }

  [Symbol.dispose](): void {
    for (const store of [this.store, this.other]) store[Symbol.dispose]();
  }
}

const ACTS: Readonly<Record<Step["act"], (life: Life, id: string, step: Step) => void>> = {
  claim(life, id, { task, way }) {
    const isFree = !life.delivered.has(id) && life.model.claim(id, ownerOf(task), way);
    assert.equal(life.session.ledger.claim(id, ownerOf(task), way), isFree);
    if (isFree) life.hear(ownerOf(task), id);
  },
  confirm(life, _id, { task }) {
    const owner = ownerOf(task);
    const expected = life.model.confirm(owner).filter(({ taskId }) => !life.delivered.has(taskId));
    assert.deepEqual(life.session.ledger.confirm(owner), expected);
    for (const { taskId, way } of expected) life.delivered.set(taskId, way);
    if (owner !== null) return;
    const heard = life.other.conversation(life.session.sessionId, null).map(({ content }) => content);
    for (const { taskId } of expected) {
      assert.ok(heard.includes(taskId), "a delivery stands in the conversation");
    }
  },
  giveBack(life, _id, { task }) {
    life.model.giveBack(ownerOf(task));
    life.session.ledger.giveBack(ownerOf(task));
  },
  print(life, id) {
    assert.equal(life.other.tasks.deliver(id, "print"), !life.delivered.has(id));
    if (!life.delivered.has(id)) life.delivered.set(id, "print");
  },
  crash: (life) => life.crash(),
};

Deno.test("a session's ledger delivers each result once over crashes and beside a shell, whatever comes in which order", () => {
  using ground = new StoreGround();
  fc.assert(
    fc.property(steps, (all) => {
      using life = new Life(ground.home);
      for (const step of all) {
        const id = life.ids[step.task] ?? "";
        ACTS[step.act](life, id, step);
        const onDisk = life.other.tasks.list({ sessionId: life.session.sessionId }).flatMap((
          { taskId, delivered },
        ) => delivered === null ? [] : [[taskId, delivered.by] as const]);
        assert.deepEqual(new Map(onDisk), new Map(life.delivered));
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("a claim that dies with its process is free again, and one that was confirmed is not", () => {
  using ground = new StoreGround();
  const first = ground.open();
  const session = beginIn(first);
  const [claimed, confirmed] = [endTask(session, 1), endTask(session, 2)];
  session.ledger.claim(confirmed, null, "collect");
  session.ledger.confirm(null);
  session.ledger.claim(claimed, null, "notice");
  first.database[Symbol.dispose](); // without a flush
  const again = ground.open().goOn(session.sessionId, "h2", noTrouble);
  assert.deepEqual([claimed, confirmed].map((id) => again?.ledger.isClaimed(id)), [false, true]);
});
