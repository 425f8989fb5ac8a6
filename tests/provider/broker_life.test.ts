import assert from "node:assert/strict";
import fc from "fast-check";
import { ASK, never } from "./broker_fixture.ts";
import { BrokerLife, type Passed, type Plan, plans } from "./broker_life.ts";

/** Checks on so many random lives that all is as promised when they are over. */
async function checkLives(numRuns: number, check: (life: BrokerLife, plan: Plan) => void | Promise<void>) {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => await check(await new BrokerLife(plan).play(), plan)),
    { numRuns },
  );
}

/** How many requests of `others` were let out while this one waited since `from`. */
function overtakersOf(request: Passed, from: number, others: readonly Passed[]): number {
  const until = request.outAt ?? -1;
  return others.filter(({ outAt }) => outAt !== null && outAt > from && outAt < until).length;
}

Deno.test("the broker, whatever happens: nobody starves, no cap is overshot, no lease leaks", async () => {
  await checkLives(500, ({ ends, billed, booked, broker, day, clock }, plan) => {
    assert.equal(ends.length, plan.agents.length, "somebody waits for ever");
    for (const end of ends) {
      assert.ok(["ended", "budget", "auth", "quota", "rate_limited"].includes(end), end);
    }
    const requests = billed.reduce((sum, each) => sum + each.requests, 0);
    const tokens = billed.reduce((sum, each) => sum + each.tokens, 0);
    const { used } = broker.budget;
    assert.ok(requests <= plan.session.requests!, `${requests} requests of ${plan.session.requests}`);
    assert.equal(used.requests, requests);
    for (const [what, cap] of [["session", plan.session.tokens!], ["day", plan.day]] as const) {
      assert.ok(
        tokens <= used.tokens && used.tokens <= cap,
        `${tokens}, ${used.tokens} of ${cap} by ${what}`,
      );
    }
    for (const [index, cap] of plan.commands.entries()) {
      const sent = billed[index + 1]!.tokens;
      const paid = booked[index + 1]!;
      assert.ok(sent <= paid && paid <= cap, `${sent}, ${paid} of ${cap} by command ${index + 1}`);
    }
    assert.deepEqual(day.held, { usd: 0, tokens: 0, requests: 0 }, "a lease was left open");
    assert.equal(clock.pending, 0, "a timer was left");
  });
});

Deno.test("while a request waits at the gate, each other agent goes before it once at most", async () => {
  await checkLives(200, ({ requests }, { agents }) => {
    for (const request of requests) {
      if (request.gateAt === null) continue;
      const passedBy = overtakersOf(request, request.gateAt, requests);
      assert.ok(passedBy < agents.length, `passed by ${passedBy} of ${agents.length - 1} others`);
    }
  });
});

Deno.test("a request is passed by one later request of each agent of its budget at most", async () => {
  await checkLives(200, ({ requests }, { agents }) => {
    for (const request of requests) {
      const later = requests.filter(({ agent, askedAt }) =>
        agent.command === request.agent.command && askedAt > request.askedAt
      );
      const passedBy = overtakersOf(request, request.askedAt, later);
      const others = agents.filter(({ command }) => command === request.agent.command).length - 1;
      assert.ok(passedBy <= others, `passed by ${passedBy} of ${others} others`);
    }
  });
});

Deno.test("when all have ended, all that was held is free again", async () => {
  await checkLives(100, async ({ broker, clock }, { session, day, maxOutput }) => {
    const { used } = broker.budget;
    const left = Math.min(session.tokens!, day) - used.tokens;
    const whole = Math.min(maxOutput ?? Infinity, left - 1);
    const isRoom = left >= 20 && used.requests < session.requests!;
    const last = broker.acquire({ ...ASK, inputBound: 1 }, never()).then(
      ({ outputLimit }) => outputLimit === null || outputLimit === whole ? "whole" : String(outputLimit),
      (error) => error.code,
    );
    await clock.advance(600_000);
    const end = await last;
    if (isRoom) assert.ok(["whole", "auth", "quota"].includes(end), `${end} of ${left}`);
    else assert.ok(["budget", "whole"].includes(end), end);
  });
});
