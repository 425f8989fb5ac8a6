import assert from "node:assert/strict";
import type { LeaseAsk, RequestOutcome } from "../../lib/provider/provider.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ASK, brokerOn, never, OK, refused, task } from "./broker_fixture.ts";

const AGENTS = 50;
const TURNS = 3;

/** When each request came to a server, and whether it was let in or refused with a wait. */
interface Arrival {
  readonly at: number;
  readonly waitMs: number | null;
}

/** What a server says to a request that arrives: null lets it in, else it is to wait so many milliseconds. */
type Limit = (now: number) => number | null;

/** 50 agents of three requests on a server behind a limit that takes 100 ms and drops every 20th stream. */
async function rush(limit: Limit, { drops = true } = {}) {
  const clock = new FakeClock();
  const { broker } = brokerOn(clock, { random: seeded(7) });
  const arrivals: Arrival[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  let doneAt = 0;
  let done = 0;
  let letIn = 0;

  async function serve(): Promise<RequestOutcome> {
    await sleep(2);
    const waitMs = limit(clock.now());
    arrivals.push({ at: clock.now(), waitMs });
    await sleep(waitMs === null ? 100 : 2);
    if (waitMs !== null) return refused("rate_limited", 429, waitMs);
    return drops && ++letIn % 20 === 0 ? { usage: null, error: { code: "cut" }, answerChars: 3 } : OK;
  }

  async function live(name: string): Promise<void> {
    using agent = task(broker, name);
    for (let turn = 0; turn < TURNS;) {
      let ask: LeaseAsk = ASK;
      for (let isAnswered = false; !isAnswered;) {
        const lease = await agent.acquire(ask, never());
        const outcome = await serve();
        agent.release(lease.id, outcome);
        isAnswered = outcome.error === null;
        if (outcome.error !== null) ask = { ...ASK, attempt: ask.attempt + 1, lastError: outcome.error };
      }
      turn++;
    }
    done++;
    doneAt = clock.now();
  }

  const startedAt = clock.now();
  for (let n = 0; n < AGENTS; n++) void live(`t${n}`);
  await clock.advance(300_000);
  assert.equal(clock.pending, 0, "a timer was left");
  return { done, tookMs: doneAt - startedAt, arrivals };
}

/** 20 requests a second, a burst of 10; a refusal tells the wait in whole units of `unitMs`. */
function tokenBucket(unitMs: number): Limit {
  let tokens = 10;
  let filledAt: number | null = null;
  return (now) => {
    tokens = Math.min(10, tokens + (now - (filledAt ?? now)) * 20 / 1000);
    filledAt = now;
    if (tokens < 1) return Math.ceil((1 - tokens) * 50 / unitMs) * unitMs;
    tokens--;
    return null;
  };
}

function ratio({ tookMs, arrivals }: Awaited<ReturnType<typeof rush>>): number {
  return tookMs / (arrivals.filter(({ waitMs }) => waitMs === null).length * 50);
}

Deno.test("the gate brings 50 tasks through a token bucket in 1.3 times what its rate allows", async () => {
  const run = await rush(tokenBucket(1));
  assert.equal(run.done, AGENTS);
  assert.ok(ratio(run) <= 1.3, `${ratio(run)}`);
});

Deno.test("the gate loses little more where each refusal costs a whole second", async () => {
  const run = await rush(tokenBucket(1_000));
  assert.equal(run.done, AGENTS);
  assert.ok(ratio(run) <= 1.5, `${ratio(run)}`);
});

Deno.test("the gate brings all through random refusals, sends nothing into a pause, and spreads the starts after it", async () => {
  const random = seeded(3);
  const { done, arrivals } = await rush(() => random() < 0.3 ? 300 : null, { drops: false });
  assert.equal(done, AGENTS);
  for (const { at, waitMs } of arrivals) {
    if (waitMs === null) continue;
    const inside = arrivals.filter((each) => each.at > at + 4 && each.at < at + waitMs);
    assert.deepEqual(inside, [], "sent after the refusal was heard, before its time was over");
    const end = arrivals.find((each) => each.at >= at + waitMs)?.at ?? Infinity;
    const together = arrivals.filter((each) => each.at >= end && each.at < end + 10);
    assert.ok(together.length <= 3, `${together.length} at once after a pause`);
  }
});

Deno.test("the gate overtakes nobody twice: who waits longest goes before who was just served", async () => {
  const clock = new FakeClock();
  const limits = { concurrency: 1, requests_per_minute: null, tokens_per_minute: null };
  const { broker } = brokerOn(clock, { limitsOf: () => limits });
  const served: string[] = [];
  const names = ["t1", "t2", "t3", "t4", "t5"];
  const agents = names.map((name) => ({ name, broker: task(broker, name) }));
  for (const agent of agents) {
    void (async () => {
      for (let n = 0; n < 6; n++) {
        const { id } = await agent.broker.acquire(ASK, never());
        served.push(agent.name);
        await new Promise<void>((resolve) => clock.after(10, resolve));
        agent.broker.release(id, OK);
      }
    })();
  }
  await clock.advance(10_000);
  assert.equal(served.length, 30);
  for (let from = 0; from < 30; from += 5) {
    assert.deepEqual(served.slice(from, from + 5).toSorted(), names, "each once before anybody again");
  }
});

Deno.test("the gate lets a large request have the room that small ones would take again and again", async () => {
  const clock = new FakeClock();
  const limits = { concurrency: null, requests_per_minute: null, tokens_per_minute: 1_000 };
  const { broker } = brokerOn(clock, { limitsOf: () => limits });
  const served: string[] = [];
  const serve = async (name: string, inputBound: number, count: number) => {
    using agent = task(broker, name);
    for (let n = 0; n < count; n++) {
      const { id } = await agent.acquire({ ...ASK, inputBound }, never());
      served.push(name);
      await new Promise<void>((resolve) => clock.after(20_000, resolve));
      agent.release(id, OK);
    }
  };
  for (const small of ["t1", "t2", "t3"]) void serve(small, 1_000, 8);
  await clock.advance(10_000);
  void serve("large", 3_600, 1);
  await clock.advance(600_000);
  const before = served.slice(0, served.indexOf("large"));
  assert.ok(before.length <= 3 + 3, `${before.length} small ones first`);
});

/** Numbers in [0, 1) that are the same in every run (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}
