import assert from "node:assert/strict";
import fc from "fast-check";
import { Slots } from "../../lib/delegation/slots.ts";

const NEVER = new AbortController().signal;

/** Slots that note who was granted one, in order. */
function notedSlots(limit: number) {
  const slots = new Slots(limit);
  const granted: string[] = [];
  return {
    slots,
    granted,
    join: (id: string, held = false) => slots.join(id, { held, grant: () => granted.push(id) }),
  };
}

Deno.test("join() grants up to the limit at once, then queues with visible positions", () => {
  const { slots, granted, join } = notedSlots(2);
  for (const id of ["a", "b", "c", "d"]) join(id);
  assert.deepEqual(granted, ["a", "b"]);
  assert.deepEqual(slots.view, { running: 2, limit: 2, queued: 2 });
  assert.deepEqual(["a", "c", "d", "x"].map((id) => slots.position(id)), [null, 1, 2, null]);
  slots.leave("a");
  assert.deepEqual(granted, ["a", "b", "c"]);
});

Deno.test("join() of a task that waits or runs already changes nothing", () => {
  const { slots, granted, join } = notedSlots(1);
  for (const id of ["a", "a", "b", "b"]) join(id);
  assert.deepEqual(slots.view, { running: 1, limit: 1, queued: 1 });
  slots.leave("a");
  slots.leave("b");
  assert.deepEqual([granted, slots.view.running], [["a", "b"], 0]);
});

Deno.test("a held task keeps its place and is passed over until unhold()", () => {
  const { slots, granted, join } = notedSlots(1);
  join("a");
  join("held", true);
  join("c");
  slots.leave("a");
  assert.deepEqual([granted, slots.position("held")], [["a", "c"], 1]);
  join("d");
  slots.unhold("held");
  slots.leave("c");
  assert.deepEqual(granted, ["a", "c", "held"], "ahead of d, which came later");
});

Deno.test("takeBack() comes ahead of the queue, in the order of asking", async () => {
  const { slots, granted, join } = notedSlots(2);
  for (const id of ["a", "b", "c", "d", "e"]) join(id);
  slots.lend("a");
  slots.lend("b");
  assert.deepEqual(granted, ["a", "b", "c", "d"]);
  const back = Promise.all(
    ["b", "a"].map((id) => slots.takeBack(id, NEVER).then(() => granted.push(`${id} again`))),
  );
  slots.leave("c");
  slots.leave("d");
  await back;
  assert.deepEqual(granted.slice(4), ["b again", "a again"]);
  assert.deepEqual(slots.view, { running: 2, limit: 2, queued: 1 });
});

Deno.test("takeBack() that is aborted waits no more and takes no slot", async () => {
  const { slots, granted, join } = notedSlots(1);
  join("a");
  slots.lend("a");
  join("b");
  const stop = new AbortController();
  const back = slots.takeBack("a", stop.signal);
  stop.abort(new Error("given up"));
  await assert.rejects(back, /given up/);
  await assert.rejects(slots.takeBack("a", stop.signal), /given up/);
  slots.leave("b");
  assert.deepEqual([granted, slots.view.running], [["a", "b"], 0]);
});

Deno.test("room() counts free slots and free places, and a held task only as a place", () => {
  const { slots, join } = notedSlots(2);
  assert.equal(slots.room(3), 5);
  join("a");
  assert.equal(slots.room(3), 4);
  join("held", true);
  assert.equal(slots.room(3), 3);
  for (const id of ["b", "c"]) join(id);
  assert.equal(slots.room(3), 1);
  assert.equal(slots.room(1), 0, "never negative");
});

type Act = "join" | "joinHeld" | "unhold" | "lend" | "takeBack" | "leave";
const acts: fc.Arbitrary<[Act, number][]> = fc.array(
  fc.tuple(
    fc.constantFrom<Act>("join", "join", "joinHeld", "unhold", "lend", "takeBack", "leave", "leave"),
    fc.nat(7),
  ),
  { maxLength: 60 },
);

/** What {@linkcode Slots} promises, in the plainest form. */
class SlotsModel {
  readonly running = new Set<string>();
  returning: string[] = [];
  queue: { id: string; held: boolean }[] = [];
  /** From the queue, in order. */
  readonly granted: string[] = [];
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  act(act: Act, id: string): void {
    const isQueued = this.queue.some((each) => each.id === id);
    if ((act === "join" || act === "joinHeld") && !isQueued && !this.running.has(id)) {
      this.queue.push({ id, held: act === "joinHeld" });
    }
    if (act === "unhold") this.queue = this.queue.map((each) => each.id === id ? { id, held: false } : each);
    if (act === "lend") this.running.delete(id);
    if (act === "takeBack" && !this.running.has(id)) this.returning.push(id);
    if (act === "leave") {
      this.running.delete(id);
      this.queue = this.queue.filter((each) => each.id !== id);
      this.returning = this.returning.filter((each) => each !== id);
    }
    this.#fill();
  }

  #fill(): void {
    while (this.running.size < this.limit) {
      const back = this.returning.shift();
      const next = back ?? this.queue.find(({ held }) => !held)?.id;
      if (next === undefined) return;
      this.running.add(next);
      if (back !== undefined) continue;
      this.queue = this.queue.filter(({ id }) => id !== next);
      this.granted.push(next);
    }
  }
}

Deno.test("Slots never exceeds its limit and serves returning ones first, the rest in order, whatever comes", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3 }), acts, (limit, all) => {
    const { slots, granted, join } = notedSlots(limit);
    const model = new SlotsModel(limit);
    const lent = new Set<string>();
    for (const [act, n] of all) {
      const id = `t${n}`;
      // As the supervisor does: only a task that has lent its slot asks for it back, once, and none joins twice over.
      if (act === "takeBack" && !lent.delete(id)) continue;
      if (act === "lend" && model.running.has(id)) lent.add(id);
      if (act === "leave") lent.delete(id);
      if ((act === "join" || act === "joinHeld") && (lent.has(id) || model.returning.includes(id))) continue;
      if (act === "join" || act === "joinHeld") join(id, act === "joinHeld");
      else if (act === "takeBack") void slots.takeBack(id, NEVER);
      else slots[act](id);
      model.act(act, id);
      assert.deepEqual(slots.view, { running: model.running.size, limit, queued: model.queue.length });
      assert.ok(slots.view.running <= limit);
      for (let each = 0; each < 8; each++) {
        const index = model.queue.findIndex((waiting) => waiting.id === `t${each}`);
        assert.equal(slots.position(`t${each}`), index < 0 ? null : index + 1);
      }
    }
    assert.deepEqual(granted, model.granted);
  }));
});

Deno.test("every operation repeated at once is harmless", () => {
  fc.assert(fc.property(acts, (all) => {
    const [once, twice] = [notedSlots(2), notedSlots(2)];
    for (const [act, n] of all) {
      const id = `t${n}`;
      for (const [each, times] of [[once, 1], [twice, 2]] as const) {
        for (let time = 0; time < times; time++) {
          if (act === "join" || act === "joinHeld") each.join(id, act === "joinHeld");
          else if (act !== "takeBack") each.slots[act](id);
        }
      }
      assert.deepEqual(twice.slots.view, once.slots.view);
    }
    assert.deepEqual(twice.granted, once.granted);
  }));
});
