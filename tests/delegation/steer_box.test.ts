import assert from "node:assert/strict";
import fc from "fast-check";
import { SteerBox, type SteerMode } from "../../lib/delegation/steer_box.ts";

const OPEN = { closing: false };
const CLOSING = { closing: true };

function messages(taken: readonly { message: string }[]): string[] {
  return taken.map(({ message }) => message);
}

Deno.test("take() gives what is due in the order of acceptance, once", () => {
  const box = new SteerBox();
  const ids = (["next", "after", "now"] as const).map((mode) => box.accept(`a ${mode}`, mode));
  assert.deepEqual(ids, ["steer_1", "steer_2", "steer_3"]);
  assert.deepEqual(messages(box.take(2, OPEN)), ["a next", "a now"]);
  assert.deepEqual(box.take(3, OPEN), []);
  assert.deepEqual(box.receipts, [
    { steer_id: "steer_1", state: "delivered", delivered_at_turn: 2 },
    { steer_id: "steer_2", state: "queued" },
    { steer_id: "steer_3", state: "delivered", delivered_at_turn: 2 },
  ]);
});

Deno.test("take() for the end gives what waits for it too", () => {
  const box = new SteerBox();
  box.accept("at the end", "after");
  assert.equal(box.isWaiting, false, "it is not due before the next request");
  box.accept("soon", "next");
  assert.equal(box.isWaiting, true);
  assert.deepEqual(messages(box.take(4, CLOSING)), ["at the end", "soon"]);
  assert.equal(box.isWaiting, false);
});

Deno.test("close() marks what was not delivered as missed, for good", () => {
  const box = new SteerBox();
  const first = box.accept("heard", "next");
  box.accept("too late", "next");
  box.accept("at the end", "after");
  box.deliver(first, 1);
  box.close();
  box.close();
  assert.deepEqual(box.missed, ["too late", "at the end"]);
  assert.deepEqual(box.take(9, CLOSING), []);
  box.deliver("steer_2", 9);
  assert.deepEqual(box.receipts.map(({ state }) => state), ["delivered", "missed", "missed"]);
});

type Act = { readonly act: SteerMode | "take" | "closing" | "close" | "deliver"; readonly n: number };
const acts: fc.Arbitrary<Act[]> = fc.array(fc.record({
  act: fc.constantFrom("next", "now", "after", "take", "closing", "deliver", "close"),
  n: fc.integer({ min: 1, max: 9 }),
}));

Deno.test("a steer is delivered or missed, never both, and comes out in order", () => {
  fc.assert(fc.property(acts, (all) => {
    const box = new SteerBox();
    const out: number[] = [];
    let accepted = 0;
    for (const { act, n } of all) {
      if (act === "close") box.close();
      else if (act === "deliver") box.deliver(`steer_${n}`, n);
      else if (act === "take" || act === "closing") {
        const taken = box.take(n, { closing: act === "closing" }).map(({ message }) => Number(message));
        assert.deepEqual(taken, taken.toSorted((a, b) => a - b));
        out.push(...taken);
      } else box.accept(String(++accepted), act);
    }
    box.close();
    assert.equal(new Set(out).size, out.length, "no message twice");
    assert.equal(box.receipts.length, accepted);
    for (const [index, { state, delivered_at_turn }] of box.receipts.entries()) {
      assert.notEqual(state, "queued");
      assert.equal(state === "delivered", delivered_at_turn !== undefined);
      assert.equal(box.missed.includes(String(index + 1)), state === "missed");
      if (out.includes(index + 1)) assert.equal(state, "delivered");
    }
  }));
});
