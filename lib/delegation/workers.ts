import type { FromChild, ToChild } from "../protocol/worker_messages.ts";
import type { Clock } from "../support/clock.ts";
import { WorkerLine } from "./worker_line.ts";

/** A child as its run sees it. Disposing it ends the child at once; nothing is heard of it after. */
export interface ChildLine extends Disposable {
  /** Sends a message; to a child that is ended it does nothing. */
  post(message: ToChild): void;
  /** The child has done its work: nothing is heard of it any more, and it is ended when there is time for that. */
  retire(): void;
}

/** Starts a child whose messages `onMessage` is told of, its crash included. May throw when it cannot be started. */
export type StartChild = (onMessage: (message: FromChild) => void) => ChildLine;

/**
 * How many workers start at once, for each processor: while one waits for its parent another uses the processor. Of 32
 * that all started at once on two, the first was ready when the last was (docs/decisions/0005).
 */
const STARTS_PER_PROCESSOR = 2;

/** The workers of a session. Disposed, none of them is left. */
export class Workers implements Disposable {
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #startsAtOnce: number;
  readonly #lines = new Set<WorkerLine>();
  /** Those of them that wait for their start, in order. */
  readonly #waiting = new Set<WorkerLine>();
  readonly #starting = new Set<WorkerLine>();

  /** `url` is the entry of a child. */
  constructor(url: URL, clock: Clock, processors = navigator.hardwareConcurrency) {
    this.#url = url;
    this.#clock = clock;
    this.#startsAtOnce = STARTS_PER_PROCESSOR * processors;
  }

  /** Starts a child in a worker of its own as soon as those before it are up. */
  readonly start: StartChild = (onMessage) => {
    const line: WorkerLine = new WorkerLine(this.#url, this.#clock, {
      onMessage,
      onUp: () => this.#started(line),
      onEnd: () => this.#ended(line),
    });
    this.#lines.add(line);
    this.#waiting.add(line);
    this.#startNext();
    return line;
  };

  [Symbol.dispose](): void {
    this.#waiting.clear();
    for (const line of [...this.#lines]) line[Symbol.dispose]();
  }

  #startNext(): void {
    for (const line of this.#waiting) {
      if (this.#starting.size >= this.#startsAtOnce) return;
      this.#waiting.delete(line);
      this.#starting.add(line);
      line.begin();
    }
  }

  #started(line: WorkerLine): void {
    if (this.#starting.delete(line)) this.#startNext();
  }

  #ended(line: WorkerLine): void {
    this.#lines.delete(line);
    this.#waiting.delete(line);
    this.#started(line);
  }
}
