import type { Clock } from "../support/clock.ts";
import type { UncheckableBudget } from "./budget_refusal.ts";

/** Hears once that a shared book cannot be used and is tried again, and of null when it can. May not throw. */
export type BookTroubleReader = (trouble: UncheckableBudget | null) => void;

/** What a trouble of a book needs. */
export interface BookTroubleOptions {
  readonly clock: Clock;
  readonly onTrouble: BookTroubleReader;
  /** Tries again. */
  readonly retry: () => void;
}

/** The wait before the first new try; each further one doubles it, up to the last. As writes of the store do it. */
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** A disk is freed by a person; a request that waits costs nothing but its time. */
const GIVE_UP_MS = 5 * 60_000;

/** When a book is tried again that cannot be read or written: for all who wait together, for each try may take seconds. */
export class BookTrouble {
  readonly #options: BookTroubleOptions;
  #since: number | null = null;
  #waitMs = FIRST_RETRY_MS;
  #timer: Disposable | null = null;

  constructor(options: BookTroubleOptions) {
    this.#options = options;
  }

  /** Whether the next try is still to come. */
  get isWaiting(): boolean {
    return this.#timer !== null;
  }

  /** A try has failed; whether there will be another. */
  failed(trouble: UncheckableBudget): boolean {
    const { clock, onTrouble, retry } = this.#options;
    if (this.#since === null) onTrouble(trouble);
    this.#since ??= clock.now();
    if (!trouble.mayPass || clock.now() - this.#since >= GIVE_UP_MS) {
      this.rest();
      return false;
    }
    this.#timer = clock.after(this.#waitMs, () => {
      this.#timer = null;
      retry();
    });
    this.#waitMs = Math.min(2 * this.#waitMs, LAST_RETRY_MS);
    return true;
  }

  /** The book could be used. */
  passed(): void {
    if (this.#since !== null) this.#options.onTrouble(null);
    this.rest();
  }

  /** Nobody waits any more. */
  rest(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    this.#since = null;
    this.#waitMs = FIRST_RETRY_MS;
  }
}
