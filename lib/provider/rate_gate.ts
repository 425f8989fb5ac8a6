import type { Endpoint } from "../config/endpoint.ts";
import type { Clock } from "../support/clock.ts";
import { ProviderError } from "../support/errors.ts";
import type { Credential } from "./credential.ts";
import type { Candidate, CredentialPool } from "./credential_pool.ts";
import type { Lane, LaneUse } from "./lane.ts";
import type { RequestOutcome } from "./provider.ts";
import { DEFAULT_RETRY } from "./retry.ts";

/** A request that wants to go out. */
export interface GateAsk {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** The task that asks; null: the session's own agent, which goes first. */
  readonly agent: string | null;
  /** What it takes of a limit on tokens, by estimate. */
  readonly tokens: number;
  /** Fingerprints of the keys that this request has had. */
  readonly tried: ReadonlySet<string>;
  /** Told that it has to wait, and null when it goes on. */
  readonly onWait: (why: "rate" | null) => void;
}

/** A request on its way, to be ended with {@linkcode RateGate.leave}. */
export interface Passage extends Candidate {
  readonly ask: GateAsk;
  readonly use: LaneUse;
  /** Other keys that it could go on with, at once or soon. */
  readonly otherKeys: number;
  /** Keys that it has had and that have room again soon. */
  readonly keysAgain: number;
}

interface Waiter {
  readonly ask: GateAsk;
  readonly settle: PromiseWithResolvers<Passage>;
}

/** Those who wait for the same model of the same server. */
interface Line {
  readonly waiters: Waiter[];
  timer: Disposable | null;
}

/**
 * Lets requests go out as their servers' limits allow, each with a key that has room. Who was served longest ago goes
 * first, the session's own agent before everybody.
 */
export class RateGate {
  readonly #clock: Clock;
  readonly #pool: CredentialPool;
  readonly #lines = new Map<string, Line>();
  readonly #servedAt = new Map<string | null, number>();
  #served = 0;

  constructor(clock: Clock, pool: CredentialPool) {
    this.#clock = clock;
    this.#pool = pool;
  }

  /** Waits for room. Rejects with {@linkcode ProviderError} when there is none soon, or with the signal's reason. */
  async pass(ask: GateAsk, signal: AbortSignal): Promise<Passage> {
    signal.throwIfAborted();
    const line = this.#lineOf(ask);
    const waiter: Waiter = { ask, settle: Promise.withResolvers() };
    line.waiters.push(waiter);
    const onAbort = () => {
      if (take(line, waiter)) waiter.settle.reject(signal.reason);
      this.#pump(line);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pump(line);
    if (line.waiters.includes(waiter)) ask.onWait("rate");
    try {
      return await waiter.settle.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      ask.onWait(null);
    }
  }

  /** A request has ended: takes in what it told and lets the next go. */
  leave({ ask, credential, lane, use }: Passage, outcome: RequestOutcome): void {
    lane.end(use, outcome);
    this.#pool.learn({ credential, lane }, ask, outcome);
    this.#pump(this.#lineOf(ask));
  }

  /** Milliseconds until a key has room for this request again; Infinity when none will. */
  nextRoomMs({ endpoint, model, tokens }: GateAsk): number {
    const waits = this.#pool.candidates(endpoint, model).map((each) => this.#pool.waitMs(each, tokens));
    return Math.min(Infinity, ...waits);
  }

  #lineOf({ endpoint, model }: GateAsk): Line {
    const id = `${new URL(endpoint.baseUrl).origin} ${model}`;
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const line: Line = { waiters: [], timer: null };
    this.#lines.set(id, line);
    return line;
  }

  #pump(line: Line): void {
    line.timer?.[Symbol.dispose]();
    line.timer = null;
    let soonestMs = Infinity;
    const spokenFor = new Set<Lane>();
    for (const waiter of line.waiters.toSorted((a, b) => this.#rank(a) - this.#rank(b))) {
      const waitMs = this.#serve(line, waiter, spokenFor);
      soonestMs = Math.min(soonestMs, waitMs);
    }
    if (soonestMs < Infinity) line.timer = this.#clock.after(soonestMs, () => this.#pump(line));
  }

  #rank({ ask: { agent } }: Waiter): number {
    return agent === null ? -1 : this.#servedAt.get(agent) ?? 0;
  }

  /**
   * Lets one go or refuses it; returns how long it has to wait otherwise, Infinity when it has not to or for others.
   * Nobody may take the room that those before it wait for, as many small requests would from a large one.
   */
  #serve(line: Line, waiter: Waiter, spokenFor: Set<Lane>): number {
    const { ask, settle } = waiter;
    const all = this.#pool.candidates(ask.endpoint, ask.model);
    const fresh = all.filter(({ credential }) => !ask.tried.has(credential.fingerprint));
    const waits = new Map(
      all.map((each) => [each, spokenFor.has(each.lane) ? Infinity : this.#pool.waitMs(each, ask.tokens)]),
    );
    const ready = [...fresh, ...all].find((each) => waits.get(each) === 0);
    if (ready !== undefined) {
      take(line, waiter);
      const others = all.filter((each) => each !== ready && !isFar(waits.get(each) ?? 0));
      const otherKeys = others.filter((each) => fresh.includes(each)).length;
      settle.resolve(this.#start(ask, ready, { otherKeys, keysAgain: others.length - otherKeys }));
      return Infinity;
    }
    const refusal = this.#refusal(ask, all, [...waits.values()]);
    if (refusal !== null && take(line, waiter)) settle.reject(refusal);
    if (refusal !== null) return Infinity;
    for (const { lane } of all) spokenFor.add(lane);
    return Math.min(...waits.values());
  }

  #start(
    ask: GateAsk,
    { credential, lane }: Candidate,
    counts: Pick<Passage, "otherKeys" | "keysAgain">,
  ): Passage {
    this.#servedAt.set(ask.agent, ++this.#served);
    this.#pool.used(ask.endpoint.provider, credential);
    return { ask, credential, lane, ...counts, use: lane.begin(ask.tokens) };
  }

  #refusal({ endpoint }: GateAsk, all: readonly Candidate[], waits: readonly number[]): ProviderError | null {
    const { provider, keyNames } = endpoint;
    if (all.length === 0) {
      return new ProviderError("auth", `Cannot use "${provider}": every key was refused`, {
        retryable: false,
        hint: `Check ${keyNames.join(", ")}`,
      });
    }
    const soonestMs = Math.min(...waits);
    if (!isFar(soonestMs) || waits.includes(Infinity)) return null;
    const isQuota = all.every(({ credential }) => this.#isWithoutMoney(credential));
    const state = isQuota ? "no key has credit left" : "every key is over its rate limit";
    return new ProviderError(
      isQuota ? "quota" : "rate_limited",
      `Cannot use "${provider}": ${state}, the first is free in ${waitText(soonestMs)}`,
      {
        retryable: false,
        retryAfterMs: soonestMs,
        ...(isQuota ? { hint: "Once there is credit again: hermes auth reset" } : {}),
      },
    );
  }

  #isWithoutMoney(credential: Credential): boolean {
    return this.#pool.stateOf(credential).parkedUntil > this.#clock.now();
  }
}

/** Whether it is too long to wait for. Infinity is not: it ends with another request. */
function isFar(waitMs: number): boolean {
  return waitMs < Infinity && waitMs > DEFAULT_RETRY.longestRetryAfterMs;
}

/** For a sentence: in seconds, or in days where they are many. */
function waitText(ms: number): string {
  return ms > 2 * DAY_MS ? `${Math.round(ms / DAY_MS)} days` : `${Math.ceil(ms / 1000)} s`;
}

const DAY_MS = 86_400_000;

/** Takes a waiter out of its line; whether it was still in it. */
function take({ waiters }: Line, waiter: Waiter): boolean {
  const index = waiters.indexOf(waiter);
  if (index >= 0) waiters.splice(index, 1);
  return index >= 0;
}
