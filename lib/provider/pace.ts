/** The gap after the first complaint, when nothing is known but that all at once is too much. */
const FIRST_GAP_MS = 50;
/** The widest gap, so that a server that complains at random is not taken for a slow one. */
const MOST_GAP_MS = 200;
/** A narrower one is none. */
const LEAST_GAP_MS = 2;
/** How fast the gap closes, per request that was served, while the server's rate is searched for. */
const SEARCH = 0.96;
/** How much a complaint widens the gap. */
const WIDENING = 1.4;
/** The gap closes by as much again in so many times the pause that a complaint costs, and in no less than so many ms. */
const PATIENCE = { pauses: 12, leastMs: 500 } as const;

/**
 * The gap between two starts on a server that has complained. It closes fast until the second complaint, which tells
 * about how much the server serves, and then slowly around that rate. So starts come at about the server's rate, few of
 * them are refused, and those who waited for the same moment do not start together.
 */
export class Pace {
  #gapMs = 0;
  #nextAt = 0;
  #countedFrom = 0;
  #served = 0;
  #isSearching = true;
  #patienceMs: number = PATIENCE.leastMs;

  /** Milliseconds until the next start. */
  waitMs(now: number): number {
    return Math.max(0, this.#nextAt - now);
  }

  /** A request starts; `random` is in [0, 1). */
  begin(now: number, random: number): void {
    if (this.#gapMs > 0) this.#nextAt = Math.max(now, this.#nextAt) + this.#gapMs * (0.5 + random);
  }

  /** A request was served. */
  served(): void {
    this.#served++;
    const closing = this.#isSearching ? SEARCH : WIDENING ** (-this.#gapMs / this.#patienceMs);
    const gapMs = this.#gapMs * closing;
    this.#gapMs = gapMs < LEAST_GAP_MS ? 0 : gapMs;
  }

  /** The server has complained, and nothing starts for `pauseMs`. */
  limited(now: number, pauseMs: number): void {
    const isFirst = this.#gapMs === 0;
    this.#gapMs = Math.min(MOST_GAP_MS, isFirst ? FIRST_GAP_MS : this.#widened(now));
    this.#isSearching = isFirst;
    this.#patienceMs = Math.max(PATIENCE.leastMs, PATIENCE.pauses * pauseMs);
    this.#countedFrom = now;
    this.#served = 0;
  }

  /** At the end of the search, between the gap that was too narrow and that of what was served, the pause included. */
  #widened(now: number): number {
    const widened = this.#gapMs * WIDENING;
    if (!this.#isSearching || this.#served === 0) return widened;
    const servedGapMs = (now - this.#countedFrom) / this.#served;
    return Math.max(widened, Math.sqrt(servedGapMs * this.#gapMs));
  }
}
