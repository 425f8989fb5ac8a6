import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { TestSession } from "../support/test_session.ts";

const POISON = new URL("../support/poison_child.ts", import.meta.url);
const AT_LOAD = new URL("../support/poison_at_load.ts", import.meta.url);
const MISSING = new URL("../support/no_such_child.ts", import.meta.url);

/** What becomes of a worker that goes wrong; a silent one is found by the stall watch. */
const ENDINGS = {
  throw: "crashed",
  reject: "crashed",
  garbage: "crashed",
  nothing: "crashed",
  service: "crashed",
  spin: "stalled",
  close: "stalled",
} as const;

const QUICK = { delegation: { stall_seconds: 2, max_concurrent_children: 2 } };

for (const [poison, reason] of Object.entries(ENDINGS)) {
  Deno.test(`a worker that does ${poison} ends as ${reason}, alone`, async () => {
    await using test = await TestSession.open({ child: () => finish("fine") }, QUICK, POISON);
    const [bad, ...good] = await test.spawn(`POISON ${poison}`, "good", "in the queue");
    const { results } = await test.call("collect_task", { task_ids: [bad, ...good] });
    const seen = results.map((task: { status: string; reason: string }) => [task.status, task.reason]);
    assert.deepEqual(seen, [["failed", reason], ["completed", "finished"], ["completed", "finished"]]);
    assert.doesNotMatch(results[0].error.message, /\.ts|\n/, "nothing of our inside");
  });
}

for (const [name, url] of [["throws at load", AT_LOAD], ["is not there", MISSING]] as const) {
  Deno.test(`a worker whose module ${name} crashes its task and leaves the session alive`, async () => {
    await using test = await TestSession.open({ child: () => finish("fine") }, QUICK, url);
    const [id] = await test.spawn("anything");
    const { status, reason, error } = await test.call("collect_task", { task_id: id });
    assert.deepEqual([status, reason], ["failed", "crashed"]);
    assert.doesNotMatch(error.message, /poison at load|\.ts/, "nothing of our inside");
    assert.deepEqual(test.session.supervisor.slots.view, { running: 0, limit: 2, queued: 0 });
  });
}

Deno.test("a worker that spins for ever is ended by a cancel within a second", async () => {
  await using test = await TestSession.open({ child: () => finish("fine") }, {}, POISON);
  const [id] = await test.spawn("POISON spin");
  await test.waitForEvents("task.started");
  const { status, settled_ms } = await test.call("cancel_task", { task_id: id });
  assert.equal(status, "cancelled");
  assert.ok(settled_ms < 1000, `${settled_ms} ms`);
});
