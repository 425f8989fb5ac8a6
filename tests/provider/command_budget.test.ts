import assert from "node:assert/strict";
import type { Broker, CommandBudget, SessionBroker, TaskBroker } from "../../lib/provider/provider.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { ASK, brokerOn, never, NO_CAPS, OK } from "./broker_fixture.ts";

/** A command whose tasks may send so many requests together. */
function command(id: string, requests: number): CommandBudget {
  return { id, caps: { ...NO_CAPS, requests } };
}

function task(
  broker: SessionBroker,
  taskId: string,
  more: { readonly command: CommandBudget | null; readonly parentId?: string },
): TaskBroker {
  return broker.forTask({ taskId, parentId: null, caps: NO_CAPS, onWait: () => {}, ...more });
}

/** Sends so many requests, hand-overs so that none is set aside; returns how many were let out. */
async function send(broker: Broker, count: number): Promise<number> {
  for (let sent = 0; sent < count; sent++) {
    try {
      broker.release((await broker.acquire({ ...ASK, isHandover: true }, never())).id, OK);
    } catch (error) {
      assert.match(String(error), /budget of the session leaves no room for it/);
      return sent;
    }
  }
  return count;
}

Deno.test("the tasks of a command draw on one budget, of which one may use more than its share", async () => {
  const { broker } = brokerOn(new FakeClock());
  const [a, b, c] = ["ta", "tb", "tc"].map((id) => task(broker, id, { command: command("one", 9) }));
  assert.deepEqual([await send(a!, 1), await send(b!, 7), await send(c!, 5)], [1, 7, 1]);
});

Deno.test("two commands do not share, and the session, which has no caps, adds nothing up", async () => {
  const { broker } = brokerOn(new FakeClock());
  for (const id of ["one", "two", "three"]) {
    assert.equal(await send(task(broker, `t${id}`, { command: command(id, 4) }), 9), 4);
  }
  assert.equal(broker.budget.used.requests, 12);
});

Deno.test("a task that starts when all others of its command are over gets what they left", async () => {
  const { broker } = brokerOn(new FakeClock());
  const first = task(broker, "ta", { command: command("one", 4) });
  assert.equal(await send(first, 3), 3);
  first[Symbol.dispose]();
  assert.equal(await send(task(broker, "tb", { command: command("one", 4) }), 9), 1);
});

Deno.test("a task below one of a command draws on that command's budget, once", async () => {
  const { broker } = brokerOn(new FakeClock());
  const one = command("one", 6);
  const above = task(broker, "ta", { command: one });
  const below = task(broker, "tb", { command: one, parentId: "ta" });
  assert.equal(await send(above, 2), 2);
  assert.equal(await send(below, 9), 4);
  assert.equal(await send(above, 9), 0);
});

Deno.test("the session of a command pays as well", async () => {
  const { broker } = brokerOn(new FakeClock(), { caps: { requests: 5 } });
  assert.equal(await send(task(broker, "ta", { command: command("one", 3) }), 9), 3);
  assert.equal(await send(task(broker, "tb", { command: command("two", 3) }), 9), 2);
});

Deno.test("who waits for a task of another command waits for nothing of it", async () => {
  const { broker } = brokerOn(new FakeClock());
  const [a, b, c] = [["ta", "one"], ["tb", "one"], ["tc", "two"]].map(([taskId, id]) =>
    task(broker, taskId!, { command: { id: id!, caps: { ...NO_CAPS, tokens: 250 } } })
  );
  const ask = { ...ASK, isHandover: true };
  const lease = await a!.acquire(ask, never());
  const waiting = b!.acquire(ask, never());
  const other = await c!.acquire(ask, never());
  assert.equal(await Promise.race([waiting, settled().then(() => "waits")]), "waits");
  for (const { id } of [lease, other]) broker.release(id, OK);
  assert.equal((await waiting).outputLimit, 50);
});

Deno.test("four fifths of a command's budget are told as those of its session", async () => {
  const { broker, events } = brokerOn(new FakeClock());
  await send(task(broker, "ta", { command: command("one", 5) }), 4);
  assert.deepEqual(events, [
    { type: "budget.warned", scope: "session", unit: "requests", used: 4, limit: 5 },
  ]);
});
