import type { Clock } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";

/** Hears of a failed write once, whatever follows, and of null when all that waited is on disk again. May not throw. */
export type TroubleReader = (trouble: Error | null) => void;

/** How long a write is gathered with others. */
const GATHER_MS = 40;
/** The wait after the first failed write; each further one doubles it, up to the last. */
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/** When what a session gathered is written, and what happens when it cannot be. */
export class WriteLoop implements Disposable {
  readonly #clock: Clock;
  readonly #write: () => void;
  readonly #onTrouble: TroubleReader;
  #timer: Disposable | null = null;
  #failures = 0;
  #trouble: Error | null = null;

  /** `write` writes all that waits, or throws and keeps it. */
  constructor(clock: Clock, write: () => void, onTrouble: TroubleReader) {
    this.#clock = clock;
    this.#write = write;
    this.#onTrouble = onTrouble;
  }

  /** Whether the last write failed. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Why the last write failed; null: it did not. */
  get trouble(): Error | null {
    return this.#trouble;
  }

  /** Writes a moment later. */
  soon(): void {
    this.#timer ??= this.#clock.after(this.#waitMs(), () => {
      this.#timer = null;
      this.now();
    });
  }

  /** Writes at once; while writing fails, with the next try, so that a locked file holds nobody up again and again. */
  atOnce(): void {
    if (this.isFailing) this.soon();
    else this.now();
  }

  /** Writes; whether it worked. */
  now(): boolean {
    this.#stop();
    try {
      this.#write();
    } catch (error) {
      this.#failures++;
      this.soon();
      this.#trouble = error instanceof Error ? error : new Error(messageOf(error));
      if (this.#failures === 1) this.#onTrouble(this.#trouble);
      return false;
    }
    if (this.#failures > 0) this.#onTrouble(null);
    this.#failures = 0;
    this.#trouble = null;
    return true;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }

  #waitMs(): number {
    if (this.#failures === 0) return GATHER_MS;
    return Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LAST_RETRY_MS);
  }
}
