import assert from "node:assert/strict";
import fc from "fast-check";
import { AGENT } from "../support/test_ground.ts";
import { NO_CAPS } from "../provider/broker_fixture.ts";
import { type Fate, PayingLife, type PayingSetup } from "../support/paying_life.ts";
import { StoreGround } from "../store/store_ground.ts";

const CONFIG = {
  delegation: { max_spawn_depth: 2 },
  budget: { session: { usd: null, tokens: null, requests: null } },
};
const GOALS = ["above", "below", "beside"] as const;

/** A session with a task "above" that has one "below", and one "beside" these. */
async function begin(setup: PayingSetup, budgets: { readonly above: number }): Promise<PayingLife> {
  const life = new PayingLife(setup);
  const { supervisor } = life.stage;
  const [above] = supervisor.spawn([{ goal: "above", token_budget: budgets.above }], AGENT);
  supervisor.spawn([{ goal: "beside" }], AGENT);
  await life.stage.started();
  supervisor.spawn([{ goal: "below" }], { ownerId: above!.id, by: "agent" });
  await life.stage.started();
  life.stored.flush();
  return life;
}

const step = fc.record({
  goal: fc.constantFrom(...GOALS),
  bytes: fc.integer({ min: 1, max: 3_000 }),
  fate: fc.constantFrom<Fate>("ok", "ok", "silent", "refused", "held"),
});

Deno.test("no budget is exceeded, however often the process of its tasks dies and another one goes on", async () => {
  const plans = fc.record({
    session: fc.integer({ min: 1_000, max: 60_000 }),
    requests: fc.integer({ min: 1, max: 40 }),
    above: fc.integer({ min: 1_000, max: 40_000 }),
    lives: fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ session, requests, above, lives }) => {
      using ground = new StoreGround();
      const caps = { ...NO_CAPS, tokens: session, requests };
      const setup = () => ({ store: ground.open(), caps, config: CONFIG });
      let life = await begin(setup(), { above });
      for (const [index, steps] of lives.entries()) {
        if (index > 0) {
          life = new PayingLife(setup(), life);
          await life.resume();
        }
        for (const { goal, bytes, fate } of steps) await life.request(goal, bytes, fate);
        await life.die();
      }
      const bills = GOALS.map((goal) => life.billed(goal));
      const tokens = bills.map((bill) => bill.tokens);
      assert.ok(tokens[0]! + tokens[1]! <= above, `${tokens} of ${above} above`);
      assert.ok(tokens.reduce((sum, each) => sum + each) <= session, `${tokens} of ${session} in all`);
      assert.ok(bills.reduce((sum, bill) => sum + bill.requests, 0) <= requests);
    }),
    { numRuns: 40 },
  );
});

Deno.test("tasks of a session that died draw on what was left of its last allowance", async () => {
  using ground = new StoreGround();
  const caps = { ...NO_CAPS, requests: 5 };
  const setup = () => ({ store: ground.open(), caps, config: CONFIG });
  const first = await begin(setup(), { above: 100_000 });
  first.stored.requestEnded(ownRequest());
  assert.equal(await first.request("beside", 10, "ok"), true);
  first.stored.allowed({ ...caps, requests: 6 });
  first.stored.flush();
  await first.die();
  const second = new PayingLife(setup(), first);
  await second.resume();
  for (const sent of [true, true, true, false]) assert.equal(await second.request("beside", 10, "ok"), sent);
  await second.die();
  assert.equal(second.billed("beside").requests, 4);
});

Deno.test("what is below a task that is over draws on what that has left", async () => {
  using ground = new StoreGround();
  const setup = () => ({ store: ground.open(), caps: NO_CAPS, config: CONFIG });
  const first = await begin(setup(), { above: 9_000 });
  assert.equal(await first.request("above", 4_000, "ok"), true);
  const record = first.stage.supervisor.table.seenBy(null).find(({ spec }) => spec.goal === "above")!;
  record.apply({
    type: "failed",
    at: 2,
    failure: { reason: "crashed", error: null, summary: null },
  });
  first.stored.flush();
  await first.die();
  const second = new PayingLife(setup(), first);
  await second.resume();
  assert.equal(await second.request("below", 7_000, "ok"), false, "9,000 less 3,000");
  assert.equal(await second.request("below", 2_000, "ok"), true);
  await second.die();
});

/** One of the session's own agent. */
function ownRequest() {
  const usage = { input: 1, cached: 0, output: 1, reasoning: 0 };
  return { at: 1, taskId: null, provider: "p", model: "m", key: null, usage, isEstimate: false, usd: null };
}
