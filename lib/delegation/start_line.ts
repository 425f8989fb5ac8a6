import type { Clock } from "../support/clock.ts";

/** How long no further spawn must come before children start, in ms. */
const QUIET_MS = 2;
/** A start is put off by spawns that come after it for no longer than this, in ms. */
const LONGEST_MS = 50;

/**
 * Lets children start a moment after the last spawn of a burst: their workers take all processors, and each spawn's
 * reply should be out before (docs/decisions/0005).
 */
export class StartLine implements Disposable {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #timer: Disposable | null = null;
  #firstAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `start` when the burst is over. */
  join(start: () => void): void {
    const now = this.#clock.now();
    if (this.#waiting.length === 0) this.#firstAt = now;
    this.#waiting.push(start);
    this.#timer?.[Symbol.dispose]();
    const left = Math.max(0, this.#firstAt + LONGEST_MS - now);
    this.#timer = this.#clock.after(Math.min(QUIET_MS, left), () => this.#go());
  }

  /** Starts nobody any more. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#waiting = [];
  }

  #go(): void {
    this.#timer = null;
    for (const start of this.#waiting.splice(0)) start();
  }
}
