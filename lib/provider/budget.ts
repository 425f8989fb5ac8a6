import type { Clock } from "../support/clock.ts";
import { BookTrouble, type BookTroubleReader } from "./book_trouble.ts";
import { BudgetAccount } from "./budget_account.ts";
import { UncheckableBudget } from "./budget_refusal.ts";
import { BudgetScope, type BudgetWarning, MemoryBook } from "./budget_scope.ts";
import type { Payer, TaskAccount } from "./provider.ts";
import { amountsOfBooking, type Booking } from "./booking.ts";
import { decide, enter, isHeldUpByOthers, watchShared } from "./budget_decision.ts";
import { type BudgetAsk, isTight, type Reservation } from "./reservation.ts";
import { minus, NOTHING } from "./spend.ts";

/** Who hears of a budget. */
export interface BudgetOptions {
  readonly clock: Clock;
  /** May not throw. */
  readonly onWarning: (warning: BudgetWarning) => void;
  readonly onTrouble: BookTroubleReader;
}

interface Waiter {
  readonly ask: BudgetAsk;
  readonly settle: PromiseWithResolvers<Reservation>;
}

/**
 * Sees that no cap is ever exceeded: each request is paid for before it leaves, at the most that it can cost, and put
 * right when it has ended. First come, first served among those whom the same cap holds up.
 */
export class Budget {
  readonly #outer: readonly BudgetScope[];
  readonly #tasks = new Map<string, BudgetAccount>();
  /** By id. One stays when its last task is closed: others of that command may still wait for a slot. */
  readonly #commands = new Map<string, BudgetScope>();
  /** Of tasks that are over while some below them go on, by id. */
  readonly #left = new Map<string, readonly BudgetScope[]>();
  readonly #onWarning: (warning: BudgetWarning) => void;
  readonly #trouble: BookTrouble;
  #waiters: Waiter[] = [];
  /** While somebody waits for what other processes hold. */
  #watch: Disposable | null = null;

  /** `outer` are the scopes of everybody, the session's first. */
  constructor(outer: readonly BudgetScope[], { clock, onWarning, onTrouble }: BudgetOptions) {
    this.#outer = outer;
    this.#onWarning = onWarning;
    this.#trouble = new BookTrouble({ clock, onTrouble, retry: () => this.pump() });
  }

  /** The account of the session's own agent (null) or of a task, to be given to {@linkcode close}. */
  open(task: TaskAccount | null): BudgetAccount {
    if (task === null) return new BudgetAccount(null, this.#outer);
    const account = new BudgetAccount(task, [
      new BudgetScope(task.taskId, "task", task.caps),
      ...this.#scopesAbove(task),
    ]);
    this.#tasks.set(task.taskId, account);
    return account;
  }

  /** Gives up what is kept aside. */
  close(account: BudgetAccount): void {
    account.keepAside(null);
    if (account.task !== null) this.#tasks.delete(account.task.taskId);
    this.pump();
  }

  /** Waits until it fits. Rejects with {@linkcode ProviderError} `budget` when it cannot, or with the signal's reason. */
  async reserve(ask: BudgetAsk, signal: AbortSignal): Promise<Reservation> {
    signal.throwIfAborted();
    const waiter: Waiter = { ask, settle: Promise.withResolvers() };
    this.#waiters.push(waiter);
    this.pump();
    const onAbort = () => {
      this.#waiters = this.#waiters.filter((each) => each !== waiter);
      waiter.settle.reject(signal.reason);
      this.pump();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const { onWait } = ask.account.task ?? { onWait: () => {} };
    if (this.#waiters.includes(waiter)) onWait("budget");
    try {
      return await waiter.settle.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      onWait(null);
    }
  }

  /** A reserved request was never sent. */
  cancel({ ask, held }: Reservation): void {
    for (const scope of ask.account.scopes) scope.book.settle(held, NOTHING);
    this.pump();
  }

  /** A request has ended and came to so much. */
  settle({ ask, held }: Reservation, booking: Booking): void {
    const spent = amountsOfBooking(booking);
    for (const scope of ask.account.scopes) {
      scope.book.settle(held, spent);
      for (const warning of scope.takeWarnings()) this.#onWarning(warning);
    }
    this.pump();
  }

  /** Whether this account can pay for nothing more than its hand-over. */
  isSpent({ leftAtBest, aside }: BudgetAccount): boolean {
    const { usd, tokens, requests } = minus(leftAtBest, aside ?? NOTHING);
    return usd <= 0 || tokens <= 0 || requests < 1;
  }

  /** Looks at all who wait again: more may have become free. */
  pump(): void {
    if (!this.#trouble.isWaiting) this.#serve();
    if (this.#waiters.length === 0) this.#trouble.rest();
    if (this.#trouble.isWaiting) return;
    if (this.#waiters.some(({ ask }) => isHeldUpByOthers(ask))) {
      this.#watch ??= watchShared(this.#outer, () => this.pump());
    } else {
      this.#watch?.[Symbol.dispose]();
      this.#watch = null;
    }
  }

  #scopesAbove({ parentId, above, command = null }: TaskAccount): readonly BudgetScope[] {
    const open = parentId === null ? undefined : this.#tasks.get(parentId);
    if (open !== undefined) return open.scopes;
    if (!above) return [...this.#scopesOf(command), ...this.#outer];
    const left = this.#left.get(above.taskId) ??
      [new BudgetScope(above.taskId, "task", above.caps), ...this.#scopesAbove(above)];
    this.#left.set(above.taskId, left);
    return left;
  }

  /** Nobody is let out, for all of them draw on the same book. */
  #cannotCheck(trouble: UncheckableBudget): void {
    if (this.#trouble.failed(trouble)) return;
    for (const { settle } of this.#waiters.splice(0)) settle.reject(trouble);
  }

  /** To people a command is a session. */
  #scopesOf(command: Payer | null): readonly BudgetScope[] {
    if (command === null) return [];
    const scope = this.#commands.get(command.id) ??
      new BudgetScope(null, "session", command.caps, new MemoryBook(command.used));
    this.#commands.set(command.id, scope);
    return [scope];
  }

  #serve(): void {
    const heldUp = new Set<BudgetScope>();
    for (const waiter of this.#waiters.toSorted((a, b) => rank(a) - rank(b))) {
      const { ask, settle } = waiter;
      const { scopes } = ask.account;
      if (!ask.isHandover && scopes.some((scope) => heldUp.has(scope))) continue;
      const decision = decide(ask);
      if (decision instanceof UncheckableBudget) return this.#cannotCheck(decision);
      this.#trouble.passed();
      if (decision === "wait") {
        for (const scope of scopes) if (isTight(scope, ask)) heldUp.add(scope);
        continue;
      }
      this.#waiters = this.#waiters.filter((each) => each !== waiter);
      if ("held" in decision) settle.resolve(enter(decision));
      else settle.reject(decision);
    }
  }
}

/** The session's own agent first, for a person waits for it. */
function rank({ ask: { account } }: Waiter): number {
  return account.task === null ? 0 : 1;
}
