import assert from "node:assert/strict";
import { allowanceOf, paidBy, usageOfTask, usedBefore } from "../../lib/store/request_rows.ts";
import type { RequestRow } from "../../lib/store/store.ts";
import type { UsageSum } from "../../lib/store/usage.ts";
import { storedUsage } from "../../lib/store/usage_query.ts";
import { beginIn, deadHost, endTask, StoreGround, thisHost } from "./store_ground.ts";

/** A request of a task that used so many tokens, a dollar each. */
function row(tokens: number, more: Partial<RequestRow> = {}): RequestRow {
  const usage = { input: tokens, cached: 0, output: 0, reasoning: 0 };
  const whose = { taskId: "t1", provider: "acme", model: "m-1", key: null };
  return { at: 5, ...whose, usage, isEstimate: false, usd: tokens, ...more };
}

Deno.test("a request under way is paid at its estimate, and counts in no usage until it has ended", () => {
  using ground = new StoreGround();
  const store = ground.open();
  store.hosts.enter(thisHost("h1"));
  const session = beginIn(store);
  const begun = session.requestBegun(row(100));
  const other = ground.open().database;
  assert.deepEqual(paidBy(other, "h1"), { usd: 100, tokens: 100, requests: 1 });
  assert.deepEqual(storedUsage(other, {}), []);
  session.requestEnded(row(7), begun);
  assert.deepEqual(paidBy(other, "h1"), { usd: 7, tokens: 7, requests: 1 });
  assert.deepEqual(storedUsage(other, {}).map(({ requests, estimates, usd }) => [requests, estimates, usd]), [
    [1, 0, 7],
  ]);
});

Deno.test("a request whose host died counts at its estimate, for its payer, its task and in the usage", () => {
  using ground = new StoreGround();
  const store = ground.open();
  store.hosts.enter(deadHost("h1"));
  const session = beginIn(store);
  const taskId = endTask(session, 1, { status: "running" });
  session.requestEnded(row(3, { taskId, payer: "command" }));
  session.requestBegun(row(100, { taskId, payer: "command" }));
  const found: UsageSum[] = [];
  store.recover((task, used) => {
    found.push(used);
    return { ...task, status: "interrupted" };
  });
  assert.deepEqual(found.map(({ requests, estimates, usd }) => [requests, estimates, usd]), [[2, 1, 103]]);
  assert.deepEqual(usageOfTask(store.database, taskId), found[0]);
  assert.deepEqual(paidBy(store.database, "command"), { usd: 103, tokens: 103, requests: 2 });
  assert.deepEqual(storedUsage(store.database, {}).map(({ requests, usd }) => [requests, usd]), [[2, 103]]);
});

Deno.test("what a session used before is all that its present run does not pay for, wherever its tasks ran", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const first = beginIn(store);
  const { sessionId } = first;
  first.requestEnded(row(1));
  beginIn(store, { hostId: "h2" }).requestEnded(row(2, { sessionId, payer: "h1" }));
  const again = store.goOn(sessionId, "h3", () => {});
  again?.requestEnded(row(4));
  assert.deepEqual(usedBefore(store.database, sessionId, "h3"), { usd: 3, tokens: 3, requests: 2 });
  assert.deepEqual(paidBy(store.database, "h1"), { usd: 3, tokens: 3, requests: 2 });
});

Deno.test("the allowance of a session is that of its last run, as it was raised last", () => {
  using ground = new StoreGround();
  const store = ground.open();
  const first = beginIn(store);
  const caps = { usd: 1, tokens: null, requests: 5 };
  assert.equal(allowanceOf(store.database, first.sessionId), undefined);
  first.allowed(caps);
  first.allowed({ ...caps, usd: 6 });
  first.flush();
  assert.deepEqual(allowanceOf(store.database, first.sessionId), { payer: "h1", caps: { ...caps, usd: 6 } });
  const again = store.goOn(first.sessionId, "h2", () => {});
  again?.allowed(caps);
  again?.flush();
  assert.deepEqual(allowanceOf(store.database, first.sessionId), { payer: "h2", caps });
});
