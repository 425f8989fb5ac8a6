import assert from "node:assert/strict";
import fc from "fast-check";
import { type DeliveryWay, MemoryLedger, type OwnerId } from "../../lib/store/delivery.ts";

Deno.test("claim() is won once, by whichever way came first", () => {
  const ledger = new MemoryLedger();
  assert.equal(ledger.isClaimed("t1"), false);
  assert.equal(ledger.claim("t1", null, "notice"), true);
  assert.equal(ledger.claim("t1", null, "collect"), false);
  assert.deepEqual(ledger.confirm(null), [{ taskId: "t1", way: "notice" }]);
  assert.equal(ledger.claim("t1", null, "collect"), false, "delivered, it stays so");
});

Deno.test("giveBack() frees what was claimed and not confirmed, of that owner only", () => {
  const ledger = new MemoryLedger();
  ledger.claim("t1", null, "collect");
  ledger.confirm(null);
  ledger.claim("t2", null, "collect");
  ledger.claim("t3", "t9", "notice");
  ledger.giveBack(null);
  assert.deepEqual(["t1", "t2", "t3"].map((id) => ledger.isClaimed(id)), [true, false, true]);
  assert.equal(ledger.claim("t2", null, "notice"), true);
});

interface Step {
  readonly act: "claim" | "confirm" | "giveBack";
  readonly task: number;
  readonly way: DeliveryWay;
}

const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({
  act: fc.constantFrom("claim", "claim", "confirm", "giveBack"),
  task: fc.nat(5),
  way: fc.constantFrom("collect", "notice", "cancel", "print"),
}));

/** Tasks with an even number belong to the session's own agent, the others to a child. */
function ownerOf(task: number): OwnerId {
  return task % 2 === 0 ? null : "t00000";
}

Deno.test("MemoryLedger delivers each result at most once, whatever comes in which order", () => {
  fc.assert(fc.property(steps, (all) => {
    const ledger = new MemoryLedger();
    const delivered: string[] = [];
    const open = new Map<string, DeliveryWay>();
    for (const { act, task, way } of all) {
      const id = `t${task}`;
      const owner = ownerOf(task);
      if (act === "claim") {
        const isFree = !delivered.includes(id) && !open.has(id);
        assert.equal(ledger.claim(id, owner, way), isFree);
        if (isFree) open.set(id, way);
      } else {
        const own = [...open].filter(([each]) => ownerOf(Number(each.slice(1))) === owner);
        for (const [each] of own) open.delete(each);
        if (act === "giveBack") ledger.giveBack(owner);
        else {
          assert.deepEqual(ledger.confirm(owner), own.map(([taskId, by]) => ({ taskId, way: by })));
          delivered.push(...own.map(([taskId]) => taskId));
        }
      }
      for (let n = 0; n <= 5; n++) {
        assert.equal(ledger.isClaimed(`t${n}`), delivered.includes(`t${n}`) || open.has(`t${n}`));
      }
    }
    assert.equal(new Set(delivered).size, delivered.length);
  }));
});
