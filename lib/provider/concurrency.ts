/** How a request ended, as far as the number of requests at once is concerned. */
export type Verdict = "ok" | "limited" | "other";

/**
 * How many requests may be under way at once: as many as are asked for until the server complains, then half of them,
 * then one more for each round of answers. Of requests that began together, one complaint counts.
 */
export class Concurrency {
  readonly #most: number;
  #limit: number;
  #underWay = 0;
  #round = 0;

  /** `most` is never exceeded; null: found out. */
  constructor(most: number | null) {
    this.#most = most ?? Infinity;
    this.#limit = this.#most;
  }

  get isFull(): boolean {
    return this.#underWay >= Math.floor(this.#limit);
  }

  /** Counts one in; the number returned goes to {@linkcode end}. */
  begin(): number {
    this.#underWay++;
    return this.#round;
  }

  /** Counts one out. */
  end(round: number, verdict: Verdict): void {
    if (verdict === "limited" && round === this.#round) {
      this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, this.#underWay) / 2));
      this.#round++;
    }
    if (verdict === "ok") this.#limit = Math.min(this.#most, this.#limit + 1 / this.#limit);
    this.#underWay--;
  }
}
