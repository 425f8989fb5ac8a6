/** The widest gap, so that a server that complains at random is not taken for a slow one. */
const MOST_GAP_MS = 250;
/** A narrower one is none. */
const LEAST_GAP_MS = 5;
/** How fast the gap closes again, per request that was served. */
const CLOSING = 0.99;

/**
 * The gap between two starts on a server that has complained: what it served since its last complaint, the pauses
 * included, is what it can serve. So those who waited for the same moment do not start together.
 */
export class Pace {
  #gapMs = 0;
  #nextAt = 0;
  #countedFrom: number | null = null;
  #served = 0;

  /** Milliseconds until the next start. */
  waitMs(now: number): number {
    return Math.max(0, this.#nextAt - now);
  }

  /** A request starts; `random` is in [0, 1). */
  begin(now: number, random: number): void {
    this.#countedFrom ??= now;
    if (this.#gapMs > 0) this.#nextAt = Math.max(now, this.#nextAt) + this.#gapMs * (0.5 + random);
  }

  /** A request was served. */
  served(): void {
    this.#served++;
    this.#gapMs = this.#gapMs * CLOSING < LEAST_GAP_MS ? 0 : this.#gapMs * CLOSING;
  }

  /** The server has complained. */
  limited(now: number): void {
    const tookMs = now - (this.#countedFrom ?? now);
    const gapMs = this.#served === 0 ? MOST_GAP_MS : tookMs / this.#served;
    this.#gapMs = Math.min(MOST_GAP_MS, Math.max(LEAST_GAP_MS, gapMs));
    this.#countedFrom = now;
    this.#served = 0;
  }
}
