/** What requests come to. */
export interface Amounts {
  readonly usd: number;
  readonly tokens: number;
  readonly requests: number;
}

/** What is spent under one cap. The day's is shared with other processes; every other is its session's own. */
export interface SpendBook {
  /** Settled by requests that have ended, wherever they were sent from. */
  readonly settled: Amounts;
  /** Reserved by requests under way. */
  readonly held: Amounts;
  hold(amounts: Amounts): void;
  /** Takes back a hold, named by the very object that was held, and counts what came of it. Never throws. */
  settle(held: Amounts, spent: Amounts): void;
  /** What makes a book one of several processes; absent: it is this one's own. */
  readonly shared?: SharedBook;
}

/** What a book needs whose holds come from several processes. */
export interface SharedBook {
  /**
   * Runs what looks and then holds; nobody else holds or settles meanwhile. Throws what `run` throws, and a `UserError`
   * when the book cannot be read or written: then nothing was held.
   */
  atomically<Result>(run: () => Result): Result;
  /** Calls back once it watches, and then whenever another process has settled something; may not throw. */
  watch(onFreed: () => void): Disposable;
}
