const MINUTE_MS = 60_000;

/** One amount in a {@linkcode MinuteWindow}; it may be put right later. */
export interface WindowEntry {
  readonly at: number;
  amount: number;
}

/** At most so much in any 60 seconds; a single amount that is larger goes when nothing else is in them. */
export class MinuteWindow {
  readonly #limit: number;
  #entries: WindowEntry[] = [];

  /** Null: no limit. */
  constructor(limit: number | null) {
    this.#limit = limit ?? Infinity;
  }

  /** Milliseconds until `amount` fits, from `now`. */
  waitMs(now: number, amount: number): number {
    this.#entries = this.#entries.filter(({ at }) => at > now - MINUTE_MS);
    let sum = this.#entries.reduce((total, entry) => total + entry.amount, amount);
    let fitsAt = now;
    for (const entry of this.#entries) {
      if (sum <= this.#limit) break;
      sum -= entry.amount;
      fitsAt = entry.at + MINUTE_MS;
    }
    return fitsAt - now;
  }

  /** Counts an amount in. */
  add(now: number, amount: number): WindowEntry {
    const entry = { at: now, amount };
    if (this.#limit !== Infinity) this.#entries.push(entry);
    return entry;
  }
}
