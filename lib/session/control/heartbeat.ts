import type { Clock } from "../../support/clock.ts";
import type { ProcessState } from "../../support/process_mark.ts";

/** Whose heart beats, and how that is felt. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** How the process of the host is. */
  readonly look: () => ProcessState;
  /** Makes the host say something. */
  readonly ping: () => void;
  /** Nothing was heard for so many beats, at least one. */
  readonly onUnheard: (beats: number, state: ProcessState) => void;
}

/**
 * No system tells that a process was stopped, nor that the one on the other side of a socket has too much to do. So a
 * host that owes an answer is asked this often whether it is there, and only while it owes one.
 */
const BEAT_MS = 2_000;

/** Finds out whether a host that owes an answer is still there. Disposed, it beats no more. */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions;
  #timer: Disposable | null = null;
  /**
   * Beats since something was to be heard: at first since the greeting, later since a ping. Counted, because a clock goes
   * on while this process itself stands still.
   */
  #unheard = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Beats until {@linkcode Heartbeat.rest}; harmless when it does already. */
  start(): void {
    this.#timer ??= this.#options.clock.after(BEAT_MS, () => this.#beat());
  }

  /** The host owes nothing any more. */
  rest(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    this.#unheard = -1;
  }

  /** The host has said something. */
  heard(): void {
    this.#unheard = -1;
  }

  [Symbol.dispose](): void {
    this.rest();
  }

  #beat(): void {
    this.#timer = null;
    this.start();
    this.#unheard++;
    if (this.#unheard === 0) return this.#options.ping();
    this.#options.onUnheard(this.#unheard, this.#options.look());
  }
}
