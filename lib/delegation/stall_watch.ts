import type { Clock } from "../support/clock.ts";

/** Calls back once when nothing was heard for too long. Looks only when its time is up, not at every touch. */
export class StallWatch implements Disposable {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #stands: () => boolean;
  readonly #onStall: () => void;
  #lastHeardAt: number;
  #timer: Disposable | null = null;

  /** `limitMs` 0 never stalls. While `stands` says so, time does not count. */
  constructor(clock: Clock, limitMs: number, stands: () => boolean, onStall: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#stands = stands;
    this.#onStall = onStall;
    this.#lastHeardAt = clock.now();
    if (limitMs > 0) this.#arm(limitMs);
  }

  /** Something was heard. */
  touch(): void {
    this.#lastHeardAt = this.#clock.now();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    if (this.#stands()) this.touch();
    const left = this.#lastHeardAt + this.#limitMs - this.#clock.now();
    if (left > 0) this.#arm(left);
    else this.#onStall();
  }
}
