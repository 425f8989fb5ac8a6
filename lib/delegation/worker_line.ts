import type { FromChild, ToChild } from "../protocol/worker_messages.ts";
import type { Clock } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import { ChildHandle } from "./child_handle.ts";
import type { ChildLine } from "./workers.ts";

/** Who hears of a line. */
export interface LineEars {
  readonly onMessage: (message: FromChild) => void;
  /** The child has said something, or has taken very long to: others may start. May be told again. */
  readonly onUp: () => void;
  /** The worker is ended. */
  readonly onEnd: () => void;
}

/**
 * How long a child that has done its work may keep its worker, in ms. Ending one costs 2 ms of a processor: with 32
 * children that end together on two cores, the parent was measured to go on 20 ms earlier when that is put off.
 */
const RETIREMENT_MS = 100;
/** A start that takes longer holds up no other, in ms. */
const LONG_START_MS = 1_000;

/** The line to a child whose worker may start later; what is posted before is sent then. */
export class WorkerLine implements ChildLine {
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #ears: LineEars;
  #unsent: ToChild[] = [];
  #handle: ChildHandle | null = null;
  /** Of its start, later of its retirement. */
  #timer: Disposable | null = null;
  /** Nothing is heard of it any more. */
  #isOver = false;

  /** `url` is the entry of a child. */
  constructor(url: URL, clock: Clock, ears: LineEars) {
    this.#url = url;
    this.#clock = clock;
    this.#ears = ears;
  }

  /** Starts the worker. */
  begin(): void {
    if (this.#isOver) return;
    this.#timer = this.#clock.after(LONG_START_MS, this.#ears.onUp);
    try {
      this.#handle = new ChildHandle(this.#url, (message) => this.#hear(message));
    } catch (error) {
      return this.#hear({ type: "crashed", message: `Cannot start a worker: ${messageOf(error)}` });
    }
    for (const message of this.#unsent.splice(0)) this.#handle.post(message);
  }

  post(message: ToChild): void {
    if (this.#handle !== null) this.#handle.post(message);
    else if (!this.#isOver) this.#unsent.push(message);
  }

  retire(): void {
    this.#isOver = true;
    this.#setTimer(this.#clock.after(RETIREMENT_MS, () => this[Symbol.dispose]()));
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#setTimer(null);
    this.#unsent = [];
    this.#handle?.[Symbol.dispose]();
    this.#ears.onEnd();
  }

  #hear(message: FromChild): void {
    if (this.#isOver) return;
    this.#setTimer(null);
    this.#ears.onUp();
    this.#ears.onMessage(message);
  }

  #setTimer(timer: Disposable | null): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = timer;
  }
}
