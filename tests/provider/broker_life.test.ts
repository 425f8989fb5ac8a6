import assert from "node:assert/strict";
import fc from "fast-check";
import type { Caps, LeaseAsk, RequestOutcome, TaskBroker } from "../../lib/provider/provider.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ASK, brokerOn, NO_CAPS } from "./broker_fixture.ts";

/** What the server does with one request, or what becomes of the one who asked. */
const fates = fc.constantFrom(
  "ok",
  "ok",
  "ok",
  "silent",
  "limited",
  "auth",
  "quota",
  "server",
  "cancel",
  "crash",
);

type Fate = typeof fates extends fc.Arbitrary<infer T> ? T : never;

interface Plan {
  readonly agents: readonly { readonly fates: readonly Fate[]; readonly bytes: number }[];
  readonly requests: number;
  readonly tokens: number;
  readonly keys: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  agents: fc.array(
    fc.record({
      fates: fc.array(fates, { minLength: 1, maxLength: 6 }),
      bytes: fc.integer({ min: 1, max: 900 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  requests: fc.integer({ min: 0, max: 30 }),
  tokens: fc.integer({ min: 0, max: 40_000 }),
  keys: fc.integer({ min: 1, max: 4 }),
});

/** The books of a server that honours the output limit. */
class Server {
  readonly clock = new FakeClock();
  requests = 0;
  tokens = 0;

  /** Answers a request as its fate says; the tokens that it bills are within what was asked for. */
  answer(ask: LeaseAsk, outputLimit: number | null, fate: Fate): RequestOutcome {
    const refuse = (code: string, status: number, retryAfterMs?: number): RequestOutcome => ({
      usage: null,
      error: { code, status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      answerChars: 0,
    });
    if (fate === "limited") return refuse("rate_limited", 429, 3_000);
    if (fate === "auth") return refuse("auth", 401);
    if (fate === "quota") return refuse("quota", 402);
    if (fate === "server") return refuse("server", 500);
    const input = Math.ceil(ask.inputBound / 2);
    const output = Math.min(outputLimit ?? 50, 300);
    this.tokens += input + output;
    if (fate === "silent") return { usage: null, error: null, answerChars: output };
    return { usage: { input, cached: 0, output, reasoning: 0 }, error: null, answerChars: output };
  }
}

/** Lives the life of one agent: each request by its fate, until one is refused; a crash leaves its lease to the parent. */
async function live(broker: TaskBroker, server: Server, agent: Plan["agents"][number]): Promise<string> {
  using _account = broker;
  const { clock } = server;
  for (const [index, fate] of agent.fates.entries()) {
    const stop = new AbortController();
    if (fate === "cancel") clock.after(1, () => stop.abort(new Error("cancelled")));
    const ask = { ...ASK, inputBound: agent.bytes + 10 * index };
    try {
      const lease = await broker.acquire(ask, stop.signal);
      server.requests++;
      await new Promise<void>((resolve) => clock.after(20, resolve));
      if (fate === "crash" || fate === "cancel") {
        broker.release(lease.id, { usage: null, error: { code: "aborted" } });
        return "ended";
      }
      const outcome = server.answer(ask, lease.outputLimit, fate);
      broker.release(lease.id, outcome);
      broker.release(lease.id, outcome);
    } catch (error) {
      if (stop.signal.aborted) return "ended";
      assert.ok(error instanceof ProviderError, String(error));
      return error.code;
    }
  }
  return "ended";
}

async function play(plan: Plan) {
  const server = new Server();
  const caps: Caps = { ...NO_CAPS, requests: plan.requests, tokens: plan.tokens };
  const { broker } = brokerOn(server.clock, {
    caps,
    maxOutput: null,
    keys: Array.from({ length: plan.keys }, (_, index) => `key-${index}`),
    strategyOf: () => "round_robin",
    random: () => 0.5,
  });
  const ends: string[] = [];
  for (const [index, agent] of plan.agents.entries()) {
    const account = broker.forTask({ taskId: `t${index}`, parentId: null, caps: NO_CAPS, onWait: () => {} });
    void live(account, server, agent).then((end) => ends.push(end));
  }
  await server.clock.advance(600_000);
  return { server, broker, caps, ends };
}

Deno.test("the broker, whatever happens: nobody starves, no cap is overshot, no lease leaks", async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { server, broker, ends } = await play(plan);
      assert.equal(ends.length, plan.agents.length, "somebody waits for ever");
      for (const end of ends) {
        assert.ok(["ended", "budget", "auth", "quota", "rate_limited"].includes(end), end);
      }
      assert.ok(server.requests <= plan.requests, `${server.requests} requests of ${plan.requests}`);
      assert.ok(server.tokens <= plan.tokens, `${server.tokens} tokens of ${plan.tokens}`);
      const { used } = broker.budget;
      assert.ok(used.tokens <= plan.tokens, `settled ${used.tokens} of ${plan.tokens}`);
      assert.equal(used.requests, server.requests);
      assert.equal(server.clock.pending, 0, "a timer was left");
    }),
    { numRuns: 150 },
  );
});

Deno.test("when all have ended, all that was held is free again", async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { broker, caps, server } = await play({ ...plan, keys: 4 });
      const left = (caps.tokens ?? 0) - broker.budget.used.tokens;
      const isRoom = left >= 20 && broker.budget.used.requests < plan.requests;
      const last = broker.acquire({ ...ASK, inputBound: 1 }, new AbortController().signal).then(
        (lease) =>
          lease.outputLimit === null || lease.outputLimit === left - 1 ? "whole" : String(lease.outputLimit),
        (error) => error.code,
      );
      await server.clock.advance(600_000);
      const end = await last;
      if (isRoom) assert.ok(["whole", "auth", "quota"].includes(end), end);
      else assert.ok(["budget", "whole"].includes(end), end);
    }),
    { numRuns: 100 },
  );
});
