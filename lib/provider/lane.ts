import type { ProviderConfig } from "../config/schema.ts";
import type { Clock } from "../support/clock.ts";
import { Concurrency, type Verdict } from "./concurrency.ts";
import { MinuteWindow, type WindowEntry } from "./minute_window.ts";
import { Pace } from "./pace.ts";
import type { RequestOutcome } from "./provider.ts";
import { ReportedRoom } from "./reported_room.ts";
import { DEFAULT_RETRY, retryDelayMs } from "./retry.ts";

/** A request under way in a lane. */
export interface LaneUse {
  readonly round: number;
  readonly tokens: WindowEntry;
  /** What it takes by estimate. */
  readonly amounts: Amounts;
  /** What it takes more of than the server said there is. */
  readonly beyond: readonly ReportedRoom[];
}

interface Amounts {
  readonly requests: 1;
  readonly tokens: number;
}

/** What a lane is made with. */
export interface LaneOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Limits that the user knows of; null: none. */
  readonly limits: ProviderConfig["limits"] | null;
  /** In milliseconds since the epoch; 0: not parked. */
  readonly parkedUntil: number;
}

/** The longest wait before another try of a server that names none, in ms. */
const MOST_BACKOFF_MS = 4_000;
/** The same where its headers say that all is there again only later. */
const MOST_BACKOFF_UNTIL_RESET_MS = 60_000;
const KINDS = ["requests", "tokens"] as const;

/** All that limits the requests with one key to one model of one server: set, reported, or learned from refusals. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #concurrency: Concurrency;
  readonly #pace = new Pace();
  readonly #windows: { readonly requests: MinuteWindow; readonly tokens: MinuteWindow };
  readonly #reported = { requests: new ReportedRoom(), tokens: new ReportedRoom() };
  #parked: { readonly until: number; readonly times: number };

  constructor(options: LaneOptions) {
    const { limits, parkedUntil } = options;
    this.#options = options;
    this.#concurrency = new Concurrency(limits?.concurrency ?? null);
    this.#windows = {
      requests: new MinuteWindow(limits?.requests_per_minute ?? null),
      tokens: new MinuteWindow(limits?.tokens_per_minute ?? null),
    };
    this.#parked = { until: parkedUntil, times: 0 };
  }

  /** Until when the server wants nothing, in milliseconds since the epoch; 0 or past: it is not parked. */
  get parkedUntil(): number {
    return this.#parked.until;
  }

  /** Milliseconds until a request of so many tokens may start; Infinity: when another has ended. */
  waitMs(tokens: number): number {
    const now = this.#options.clock.now();
    const { requests, tokens: tokenWindow } = this.#windows;
    const timed = Math.max(
      this.#parked.until - now,
      this.#pace.waitMs(now),
      requests.waitMs(now, 1),
      tokenWindow.waitMs(now, tokens),
      this.#reported.requests.waitMs(now, 1),
      this.#reported.tokens.waitMs(now, tokens),
    );
    return timed <= 0 && this.#concurrency.isFull ? Infinity : Math.max(0, timed);
  }

  /** A request of at most so many tokens starts. */
  begin(tokens: number): LaneUse {
    const { clock, random } = this.#options;
    const now = clock.now();
    this.#pace.begin(now, random());
    this.#windows.requests.add(now, 1);
    const amounts: Amounts = { requests: 1, tokens };
    const rooms = KINDS.map((kind) => ({ room: this.#reported[kind], amount: amounts[kind] }));
    const beyond = rooms.filter(({ room, amount }) => room.take(now, amount)).map(({ room }) => room);
    const entry = this.#windows.tokens.add(now, tokens);
    return { round: this.#concurrency.begin(), tokens: entry, amounts, beyond };
  }

  /** A request has ended: what it told of the server's limits is taken to heart. */
  end(use: LaneUse, outcome: RequestOutcome): void {
    const now = this.#options.clock.now();
    const verdict = verdictOf(outcome);
    this.#concurrency.end(use.round, verdict);
    if (outcome.usage !== null) use.tokens.amount = outcome.usage.input + outcome.usage.output;
    for (const kind of KINDS) {
      const allowance = outcome.limits?.[kind];
      if (allowance !== undefined) this.#reported[kind].learn(now, allowance);
    }
    if (verdict === "ok") {
      for (const room of use.beyond) room.belie();
      this.#pace.served();
      this.#parked = { ...this.#parked, times: 0 };
    }
    if (verdict === "limited") this.#limited(now, use.amounts, outcome);
  }

  /** A named wait goes before all that headers say of resets. */
  #limited(now: number, amounts: Amounts, { error, limits }: RequestOutcome): void {
    const retryAfterMs = error?.retryAfterMs;
    const resets = KINDS.map((kind) => {
      const { left = Infinity, resetMs = 0 } = retryAfterMs === undefined ? limits?.[kind] ?? {} : {};
      return left < amounts[kind] ? resetMs : 0;
    });
    for (const kind of KINDS) this.#reported[kind].refused(retryAfterMs !== undefined);
    const capMs = Math.max(MOST_BACKOFF_MS, Math.min(MOST_BACKOFF_UNTIL_RESET_MS, Math.max(...resets)));
    this.#park(now, { retryAfterMs, capMs });
  }

  /** A refusal during a pause tells of the same limit: it can lengthen the pause, not count again. */
  #park(
    now: number,
    { retryAfterMs, capMs }: { readonly retryAfterMs: number | undefined; readonly capMs: number },
  ): void {
    const isNew = now >= this.#parked.until;
    const times = this.#parked.times + (isNew ? 1 : 0);
    const policy = { ...DEFAULT_RETRY, capMs };
    const waitMs = retryDelayMs(times + 1, this.#options.random(), { retryAfterMs, policy });
    if (isNew) this.#pace.limited(now, waitMs);
    this.#parked = { until: Math.max(this.#parked.until, now + waitMs), times };
  }
}

function verdictOf({ error }: RequestOutcome): Verdict {
  if (error === null) return "ok";
  return error.code === "rate_limited" ? "limited" : "other";
}
