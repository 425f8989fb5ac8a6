/** One that has something to be done. */
export interface TurnTaker {
  /** How often it was its turn. */
  readonly turns: number;
  /** Does one thing; true: there is more to do. Never throws. */
  takeTurn(): boolean;
}

/** So much is done before the sockets are looked at again. */
const AT_ONCE = 8;

/**
 * Lets all who have something to do do it one after the other, those first whose turn it was least: who asks for little
 * is not kept waiting by who asks for much.
 */
export class Turns {
  readonly #waiting = new Set<TurnTaker>();
  #next: NodeJS.Immediate | null = null;

  /** Asks for a turn; harmless when it has asked already. */
  want(taker: TurnTaker): void {
    this.#waiting.add(taker);
    this.#next ??= setImmediate(() => this.#round());
  }

  /** Takes the wish back. */
  forget(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }

  #round(): void {
    this.#next = null;
    const first = [...this.#waiting].sort((a, b) => a.turns - b.turns).slice(0, AT_ONCE);
    for (const taker of first) {
      if (!this.#waiting.delete(taker)) continue; // it was cut off meanwhile
      if (taker.takeTurn()) this.#waiting.add(taker);
    }
    if (this.#waiting.size > 0) this.#next = setImmediate(() => this.#round());
  }
}
