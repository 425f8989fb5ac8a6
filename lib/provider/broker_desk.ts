import type { Endpoint } from "../config/endpoint.ts";
import { holdsUsd, type ModelFacts } from "../config/model_facts.ts";
import type { ModelConfig } from "../config/schema.ts";
import type { Lessons } from "../protocol/dialect.ts";
import type { EventBody } from "../protocol/events.ts";
import { memoryCredentialState } from "../store/credential_state.ts";
import type { SpendBook } from "../store/spend_book.ts";
import type { RequestRow } from "../store/store.ts";
import { UsageTally } from "../store/usage.ts";
import { delay } from "../support/clock.ts";
import { type Booking, bookingOf } from "./booking.ts";
import { BrokerNews } from "./broker_news.ts";
import type { Budget } from "./budget.ts";
import type { BudgetAccount } from "./budget_account.ts";
import { BudgetRefusal } from "./budget_refusal.ts";
import type { BudgetScope } from "./budget_scope.ts";
import { NO_KEY } from "./credential.ts";
import { CredentialPool, type PoolOptions } from "./credential_pool.ts";
import type { AskAtCap, Caps, Lease, LeaseAsk, ReachedCap, RequestOutcome } from "./provider.ts";
import { type GateAsk, type Passage, RateGate } from "./rate_gate.ts";
import type { BudgetAsk, Reservation } from "./reservation.ts";
import { DEFAULT_RETRY, isOfOneKey, retryDelayMs } from "./retry.ts";

/** What a broker decides by. */
export interface BrokerOptions
  extends Pick<PoolOptions, "clock" | "random">, Partial<Omit<PoolOptions, "clock" | "random">> {
  /** Where a provider is and with which keys for a task (null: the session); throws for one that cannot be used. */
  readonly endpointOf: (provider: string, taskId: string | null) => Endpoint;
  readonly settingsOf: (
    model: LeaseAsk["model"],
    taskId: string | null,
  ) =>
    & Pick<ModelConfig, "max_output_tokens">
    & Partial<Pick<ModelFacts, "price" | "longest_answer" | "is_billed">>;
  /** No caps unless they are given. */
  readonly budget?: {
    readonly session: Caps;
    /** Told of the session's caps once they are raised; may not throw. */
    readonly onRaise?: (caps: Caps) => void;
    readonly day?: { readonly caps: Caps; readonly book: SpendBook };
  };
  /** Told of each request before it leaves, at what it counts when nothing more is heard of it; may not throw. */
  readonly onBegin?: (estimate: RequestRow) => number | null;
  /** Told of each request once it has ended, with what `onBegin` returned, before its budget is free; may not throw. */
  readonly onRequest?: (request: RequestRow, begun: number | null) => void;
  /** Told what a refusal taught of a model; may not throw. */
  readonly onLessons?: (baseUrl: string, model: string, lessons: Lessons) => void;
  /** Told what happens; may not throw. */
  readonly emit?: (body: EventBody, taskId?: string) => void;
}

interface OpenLease {
  readonly reservation: Reservation;
  readonly passage: Passage;
  readonly begun: number | null;
}

/** How a request ends of which nothing is heard. */
const LOST: RequestOutcome = { usage: null, error: { code: "aborted" } };

/** Bytes in a token, for limits on tokens per minute: there a good guess is better than a bound. */
const BYTES_PER_TOKEN = 4;

/** Where all requests of a session pass: paid for first, then let out by the gate. */
export class BrokerDesk {
  /** What the requests so far came to. */
  readonly tally = new UsageTally();
  /** How the keys that were used are named to people, by fingerprint. */
  readonly keyNames = new Map<string, string>();
  /** Who is asked at a cap; null: nobody. */
  askAtCap: AskAtCap | null = null;
  readonly #options: BrokerOptions;
  readonly #budget: Budget;
  readonly #gate: RateGate;
  readonly #news: BrokerNews;
  readonly #pool: CredentialPool;
  readonly #open = new Map<number, OpenLease>();
  /** The fingerprints of all leases so far, by which a request knows the keys that it has had. */
  readonly #fingerprints: string[] = [];

  constructor(options: BrokerOptions, budget: Budget) {
    this.#pool = new CredentialPool({
      strategyOf: () => "fill_first",
      limitsOf: () => null,
      state: memoryCredentialState(),
      ...options,
    });
    this.#options = options;
    this.#budget = budget;
    this.#gate = new RateGate(options.clock, this.#pool);
    this.#news = new BrokerNews(options.clock, options.emit ?? (() => {}));
  }

  /** Keeps what is known of the keys. */
  [Symbol.dispose](): void {
    this.#pool.save();
  }

  async acquire(ask: LeaseAsk, account: BudgetAccount, signal: AbortSignal): Promise<Lease> {
    const taskId = account.task?.taskId ?? null;
    const endpoint = this.#options.endpointOf(ask.model.provider, taskId);
    await this.#waitBeforeRetry(ask, signal);
    const { max_output_tokens: maxOutput, price = null, longest_answer, is_billed = true } = this.#options
      .settingsOf(ask.model, taskId);
    if (!holdsUsd({ price, is_billed })) this.#news.priceUnknown(ask.model, account);
    const reservation = await this.#reserve({
      account,
      input: ask.maxInput ?? ask.inputBound,
      price,
      maxOutput,
      longestAnswer: longest_answer ?? null,
      isHandover: ask.isHandover === true,
    }, signal);
    try {
      const passage = await this.#gate.pass(this.#gateAsk(ask, endpoint, account), signal);
      const { fingerprint, name } = passage.credential;
      this.#fingerprints.push(fingerprint);
      if (name !== null) this.keyNames.set(fingerprint, name);
      const id = this.#fingerprints.length;
      const begun = this.#options.onBegin?.(this.#row(passage, account, bookingOf(reservation, LOST))) ??
        null;
      this.#open.set(id, { reservation, passage, begun });
      const { outputLimit } = reservation;
      return { id, isOutputLowered: outputLimit !== maxOutput, ...grant(ask, passage, outputLimit) };
    } catch (error) {
      this.#budget.cancel(reservation);
      throw error;
    }
  }

  release(leaseId: number, outcome: RequestOutcome): void {
    const lease = this.#open.get(leaseId);
    if (lease === undefined) return;
    this.#open.delete(leaseId);
    const { endpoint, model } = lease.passage.ask;
    if (outcome.lessons !== undefined) this.#options.onLessons?.(endpoint.baseUrl, model, outcome.lessons);
    this.#gate.leave(lease.passage, outcome);
    this.#news.ended(lease.passage, outcome, this.#gate.nextRoomMs(lease.passage.ask));
    this.#book(lease, outcome);
  }

  /** Tells everybody who counts what a request came to, and settles it. */
  #book({ reservation, passage, begun }: OpenLease, outcome: RequestOutcome): void {
    const { account } = reservation.ask;
    const booking = bookingOf(reservation, outcome);
    const request = this.#row(passage, account, booking);
    this.#options.onRequest?.(request, begun);
    this.#budget.settle(reservation, booking);
    this.tally.add(request);
    account.task?.onBooked?.(request);
  }

  #row({ ask, credential: { fingerprint } }: Passage, { task }: BudgetAccount, booking: Booking): RequestRow {
    return {
      at: this.#options.clock.now(),
      ...(task?.sessionId === undefined ? {} : { sessionId: task.sessionId }),
      taskId: ask.agent,
      ...(task?.command ? { payer: task.command.id } : {}),
      provider: ask.endpoint.provider,
      model: ask.model,
      key: fingerprint === NO_KEY ? null : fingerprint,
      ...booking,
    };
  }

  /** At a cap in US dollars the session's own agent may get more from the person who is asked. */
  async #reserve(ask: BudgetAsk, signal: AbortSignal): Promise<Reservation> {
    for (;;) {
      try {
        return await this.#budget.reserve(ask, signal);
      } catch (error) {
        if (!(error instanceof BudgetRefusal) || ask.account.task !== null) throw error;
        const [first] = error.shortOfUsd;
        const addUsd = first === undefined ? null : await this.askAtCap?.(capOf(first), signal) ?? null;
        if (addUsd === null) throw error;
        for (const scope of error.shortOfUsd) scope.raise(addUsd);
        this.#budget.pump();
      }
    }
  }

  /** After what concerns one key the gate knows when to go on. */
  async #waitBeforeRetry({ attempt, lastError }: LeaseAsk, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (attempt <= 1 || (lastError !== undefined && isOfOneKey(lastError.code))) return;
    const { clock, random } = this.#options;
    const retryAfterMs = lastError?.retryAfterMs;
    await delay(clock, retryDelayMs(attempt, random(), { retryAfterMs, policy: DEFAULT_RETRY }), signal);
  }

  #gateAsk(ask: LeaseAsk, endpoint: Endpoint, { task }: BudgetAccount): GateAsk {
    const tried = (ask.tried ?? []).map((id) => this.#fingerprints[id - 1] ?? "");
    return {
      endpoint,
      model: ask.model.model,
      agent: task?.taskId ?? null,
      tokens: Math.ceil(ask.inputBound / BYTES_PER_TOKEN),
      tried: new Set(tried),
      onWait: task?.onWait ?? (() => {}),
    };
  }
}

function capOf({ name, caps, book }: BudgetScope): ReachedCap {
  return { scope: name, usedUsd: book.settled.usd, limitUsd: caps.usd ?? 0 };
}

function grant(
  ask: LeaseAsk,
  passage: Passage,
  outputLimit: number | null,
): Omit<Lease, "id" | "isOutputLowered"> {
  const { provider, baseUrl, headers, transport } = passage.ask.endpoint;
  const { credential: { key, name, fingerprint }, otherKeys, keysAgain } = passage;
  const { model, reasoningEffort } = ask.model;
  return {
    provider,
    key,
    keyName: name,
    baseUrl,
    account: fingerprint,
    model,
    reasoningEffort,
    outputLimit,
    headers,
    ...(transport === undefined ? {} : { transport }),
    otherKeys,
    keysAgain,
  };
}
