import type { Allowance } from "./provider.ts";

/** Without a refusal nobody waits longer for what a header says, in ms: if it is true, the server refuses and says so. */
const MOST_WAIT_MS = 10_000;
/** A reset that is further away than a minute is no window's: it says when all is there again, not when something is. */
const WINDOW_MS = 60_000;

/**
 * What a server said is left of one limit. It comes back evenly until its reset, so that a request waits for what it
 * lacks and not for the whole. A server that serves what its own headers exclude is not believed until it refuses.
 */
export class ReportedRoom {
  #left = Infinity;
  #reportedLeft = 0;
  #limit: number | null = null;
  #mostSeen = 0;
  #learnedAt = 0;
  #resetMs = 0;
  #isBelied = false;

  /** Milliseconds from `now` until there is room for so much. */
  waitMs(now: number, amount: number): number {
    if (this.#isBelied) return 0;
    const missing = this.#missing(now, amount);
    if (missing <= 0) return 0;
    const perMs = this.#perMs();
    const untilReset = this.#learnedAt + this.#resetMs - now;
    const untilMost = this.#learnedAt + MOST_WAIT_MS - now;
    const timed = perMs === null ? (this.#resetMs <= WINDOW_MS ? untilReset : 0) : missing / perMs;
    return Math.max(0, Math.min(Math.ceil(timed), untilReset, untilMost));
  }

  /** So much is used from `now` on; returns whether it is more than the server said there is. */
  take(now: number, amount: number): boolean {
    const isMore = this.#missing(now, amount) > 0;
    this.#left -= amount;
    return isMore;
  }

  /** The server said what is left. */
  learn(now: number, { left, resetMs, limit }: Allowance): void {
    this.#left = left;
    this.#reportedLeft = left;
    this.#resetMs = resetMs;
    this.#learnedAt = now;
    this.#mostSeen = Math.max(this.#mostSeen, left);
    this.#limit = limit ?? (this.#mostSeen > left ? this.#mostSeen : null);
  }

  /** The server served what it had said there is no room for. */
  belie(): void {
    this.#isBelied = true;
  }

  /** The server refused: what it says counts again; not what it has said, when it named a time to wait. */
  refused(hasNamedWait: boolean): void {
    this.#isBelied = false;
    if (hasNamedWait) this.#left = Infinity;
  }

  #missing(now: number, amount: number): number {
    if (now >= this.#learnedAt + this.#resetMs) return 0;
    const most = this.#limit === null ? amount : Math.min(amount, this.#limit);
    return most - this.#left - (this.#perMs() ?? 0) * (now - this.#learnedAt);
  }

  /** How much comes back in a millisecond; null: unknown. */
  #perMs(): number | null {
    if (this.#limit === null || this.#resetMs === 0) return null;
    return Math.max(0, this.#limit - this.#reportedLeft) / this.#resetMs || null;
  }
}
