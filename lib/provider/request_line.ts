import type { Clock } from "../support/clock.ts";

/** What ends a request from our side. */
export interface LineOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Without a sign of life for so long, the line is cut. */
  readonly idleMs: number;
  /** Told of each sign of life. */
  readonly onBytes: () => void;
  /** The reason of such a cut. */
  readonly onSilence: () => Error;
}

/**
 * The line of one request: cut when its signal aborts, when nothing is heard for too long, or when it is disposed. The
 * decoder aborts the controller for reasons of its own too, so `throwIfCut` tells which cuts were ours.
 */
export class RequestLine implements Disposable {
  readonly controller = new AbortController();
  readonly #options: LineOptions;
  #idleMs: number;
  #lastHeardAt: number;
  #timer: Disposable;
  #silence: Error | null = null;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#idleMs = options.idleMs;
    this.#lastHeardAt = options.clock.now();
    this.#timer = options.clock.after(options.idleMs, this.#look);
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Something was heard; costs no timer. */
  touch(): void {
    this.#lastHeardAt = this.#options.clock.now();
    this.#options.onBytes();
  }

  /** From now on, at most `idleMs` may pass in silence. */
  shorten(idleMs: number): void {
    if (idleMs >= this.#idleMs) return;
    this.#idleMs = idleMs;
    this.#timer[Symbol.dispose]();
    this.#timer = this.#options.clock.after(idleMs, this.#look);
  }

  /** Throws the signal's reason, or the silence. */
  throwIfCut(): void {
    this.#options.signal.throwIfAborted();
    if (this.#silence !== null) throw this.#silence;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.controller.abort();
  }

  readonly #onAbort = () => this.controller.abort(this.#options.signal.reason);

  readonly #look = () => {
    const { clock, onSilence } = this.#options;
    const leftMs = this.#lastHeardAt + this.#idleMs - clock.now();
    if (leftMs > 0) {
      this.#timer = clock.after(leftMs, this.#look);
      return;
    }
    this.#silence = onSilence();
    this.controller.abort(this.#silence);
  };
}
