import assert from "node:assert/strict";
import fc from "fast-check";
import { Leases } from "../../lib/delegation/leases.ts";
import { MemoryBook } from "../../lib/provider/budget_scope.ts";
import type { Caps, LeaseAsk, RequestOutcome, SessionBroker } from "../../lib/provider/provider.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ASK, brokerOn, NO_CAPS } from "./broker_fixture.ts";

/** What the server does with one request, or what becomes of the one who asked. */
const FATES = [
  "ok",
  "silent",
  "limited",
  "auth",
  "quota",
  "server",
  "cancel",
  "cut",
  "crash",
  "lost",
] as const;

/** `cancel`: 1 ms after it asked, so it waits or is on its way; `cut`: in the middle of the answer. */
export type Fate = typeof FATES[number];

/** One agent: what becomes of its requests, and whose budget it uses beside the session's. */
export interface AgentPlan {
  readonly fates: readonly Fate[];
  readonly bytes: number;
  readonly command: number;
}

/** Agents, the caps above them, and what the server allows. */
export interface Plan {
  readonly agents: readonly AgentPlan[];
  readonly session: Pick<Caps, "requests" | "tokens">;
  /** In tokens, of each command. */
  readonly commands: readonly number[];
  /** In tokens, at a dollar each. */
  readonly day: number;
  readonly keys: number;
  readonly concurrency: number | null;
  readonly tokensPerMinute: number | null;
  /** The output limit that is sent; null: none unless the budget lowers it. */
  readonly maxOutput: number | null;
}

const tokens = fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.constant(10_000_000));

/** Any of them. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  agents: fc.array(
    fc.record({
      fates: fc.array(fc.constantFrom("ok" as const, "ok" as const, "ok" as const, ...FATES), {
        minLength: 1,
        maxLength: 6,
      }),
      bytes: fc.integer({ min: 1, max: 900 }),
      command: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  session: fc.record({ requests: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(1_000)), tokens }),
  commands: fc.tuple(tokens, tokens),
  day: tokens,
  keys: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.constantFrom(null, 1, 2, 3),
  tokensPerMinute: fc.constantFrom(null, 500, 5_000),
  maxOutput: fc.constantFrom(null, 50, 300),
});

/** A request of an agent, and when it asked, waited at the gate and was let out, in the order of all such moments. */
export interface Passed {
  readonly agent: AgentPlan;
  readonly askedAt: number;
  gateAt: number | null;
  outAt: number | null;
}

/** Plays a plan to its end, on a server that honours the output limit. */
export class BrokerLife {
  readonly clock = new FakeClock();
  readonly day = new MemoryBook();
  readonly broker: SessionBroker;
  readonly requests: Passed[] = [];
  /** How each agent that came to an end did so: `ended`, or the code of the refusal. */
  readonly ends: string[] = [];
  /** Requests and tokens that the server counted, by command. */
  readonly billed = [{ requests: 0, tokens: 0 }, { requests: 0, tokens: 0 }, { requests: 0, tokens: 0 }];
  /** Tokens that were booked, by command. */
  readonly booked = [0, 0, 0];
  readonly #plan: Plan;
  #moments = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    const { session, day, keys, concurrency, tokensPerMinute, maxOutput } = plan;
    this.broker = brokerOn(this.clock, {
      maxOutput,
      price: { input: 1_000_000, cached: null, cache_write: null, output: 1_000_000, long: null },
      keys: Array.from({ length: keys }, (_, index) => `key-${index}`),
      strategyOf: () => "round_robin",
      random: () => 0.5,
      limitsOf: () => ({ requests_per_minute: null, tokens_per_minute: tokensPerMinute, concurrency }),
      budget: {
        session: { ...NO_CAPS, ...session },
        day: { caps: { ...NO_CAPS, usd: day }, book: this.day },
      },
    }).broker;
  }

  /** Until nobody has anything left to do. */
  async play(): Promise<this> {
    for (const [index, agent] of this.#plan.agents.entries()) {
      void this.#live(`t${index}`, agent).then((end) => this.ends.push(end));
    }
    await this.clock.advance(7_200_000);
    return this;
  }

  /** Each request by its fate, until one is refused or the agent is no more. */
  async #live(taskId: string, agent: AgentPlan): Promise<string> {
    const passed: Passed[] = [];
    const account = this.broker.forTask({
      taskId,
      parentId: null,
      caps: NO_CAPS,
      command: this.#commandOf(agent),
      onWait: (why) => {
        const last = passed.at(-1);
        if (why === "rate" && last !== undefined) last.gateAt ??= ++this.#moments;
      },
      onBooked: ({ usage }) => this.booked[agent.command]! += usage.input + usage.output,
    });
    const leases = new Leases(account);
    for (const [index, fate] of agent.fates.entries()) {
      const request: Passed = { agent, askedAt: ++this.#moments, gateAt: null, outAt: null };
      passed.push(request);
      this.requests.push(request);
      const ask = { ...ASK, inputBound: agent.bytes + 10 * index };
      const end = await this.#request(leases, ask, fate, request);
      if (end === null) continue;
      if (fate === "lost") account[Symbol.dispose]();
      leases[Symbol.dispose]();
      account[Symbol.dispose]();
      return end;
    }
    account[Symbol.dispose]();
    return "ended";
  }

  /** Null: the agent goes on. */
  async #request(leases: Leases, ask: LeaseAsk, fate: Fate, request: Passed): Promise<string | null> {
    const stop = new AbortController();
    if (fate === "cancel") this.clock.after(1, () => stop.abort(new Error("cancelled")));
    try {
      const lease = await leases.acquire(ask, stop.signal);
      request.outAt = ++this.#moments;
      const outcome = this.#answer(ask, lease.outputLimit, fate, this.billed[request.agent.command]!);
      await new Promise<void>((resolve) => this.clock.after(20, resolve));
      if (fate === "crash" || fate === "lost") return "ended";
      leases.release(lease.id, outcome);
      assert.equal(leases.release(lease.id, outcome), false);
      return fate === "cancel" || fate === "cut" ? "ended" : null;
    } catch (error) {
      if (stop.signal.aborted) return "ended";
      assert.ok(error instanceof ProviderError, String(error));
      return error.code;
    }
  }

  /** Answers a request as its fate says; the tokens that it bills are within what was asked for. */
  #answer(
    { inputBound }: LeaseAsk,
    limit: number | null,
    fate: Fate,
    bill: { requests: number; tokens: number },
  ): RequestOutcome {
    bill.requests++;
    const refused = REFUSALS[fate];
    if (refused !== undefined) return { usage: null, error: refused, answerChars: 0 };
    const input = Math.ceil(inputBound / 2);
    const output = Math.min(limit ?? 50, 300);
    bill.tokens += input + output;
    const isCut = fate === "cut" || fate === "cancel";
    const error = isCut ? { code: "aborted" } : null;
    if (isCut || fate === "silent") return { usage: null, error, answerChars: output };
    return { usage: { input, cached: 0, output, reasoning: 0 }, error, answerChars: output };
  }

  /** The first of three is no command: its agents are the session's own. */
  #commandOf({ command }: AgentPlan) {
    const cap = this.#plan.commands[command - 1];
    return cap === undefined ? null : { id: `c${command}`, caps: { ...NO_CAPS, tokens: cap } };
  }
}

const REFUSALS: { readonly [Name in Fate]?: NonNullable<RequestOutcome["error"]> } = {
  limited: { code: "rate_limited", status: 429, retryAfterMs: 3_000 },
  auth: { code: "auth", status: 401 },
  quota: { code: "quota", status: 402 },
  server: { code: "server", status: 500 },
};
