/** Checking takes more than this program gives it; the message says what is too much. */
export class TooMuch extends Error {
  override readonly name = "TooMuch";
}

/** About a second on a slow machine: a step takes up to half a microsecond. */
const MOST_STEPS = 2_000_000;

/** The steps that one check may take, whatever the schema and the value are. */
export class Steps {
  #left: number;

  constructor(most = MOST_STEPS) {
    this.#left = most;
  }

  /** Takes so many steps. Throws {@linkcode TooMuch} when there are no more. */
  take(count = 1): void {
    this.#left -= count;
    if (this.#left < 0) throw new TooMuch("checking it takes too many steps");
  }
}
