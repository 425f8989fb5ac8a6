import type { HandoverReason } from "../protocol/agent_events.ts";

/** The handles by which others reach into a running loop. One per loop. */
export class LoopControl {
  /** Aborts everything; the loop ends as aborted. */
  readonly stop = new AbortController();
  /** Aborts what a hand-over cuts short: the request and the tools of the current turn. */
  #turn = new AbortController();
  #request: AbortController | null = null;
  #handover: HandoverReason | null = null;
  #isLastTurn = false;
  #isHandingOver = false;

  /** Set once the loop is to use its last turn for the hand-over. */
  get handoverReason(): HandoverReason | null {
    return this.#handover;
  }

  /** Cuts the turn short and makes the next one the hand-over; the first reason stays, and so does a hand-over that runs. */
  askHandover(reason: HandoverReason): void {
    if (this.#isHandingOver) return;
    this.#handover ??= reason;
    this.#turn.abort(new DOMException("The turn was cut short for the hand-over", "AbortError"));
  }

  /** Aborts the model request in flight, if there is one and a turn after it; inside a tool it does nothing. */
  interrupt(): void {
    if (this.#isLastTurn) return;
    this.#request?.abort(new DOMException("The request was interrupted by a message", "AbortError"));
  }

  /** The signal for the tools of a turn. */
  toolSignal(): AbortSignal {
    return AbortSignal.any([this.stop.signal, this.#turn.signal]);
  }

  /** The signal for one model request; `interrupt` reaches it until it is disposed. */
  openRequest(): { readonly signal: AbortSignal } & Disposable {
    const own = new AbortController();
    this.#request = own;
    return {
      signal: AbortSignal.any([this.stop.signal, this.#turn.signal, own.signal]),
      [Symbol.dispose]: () => {
        if (this.#request === own) this.#request = null;
      },
    };
  }

  /** No turn comes after the one that begins. */
  beginLastTurn(): void {
    this.#isLastTurn = true;
  }

  /** Begins the hand-over turn, which only a stop cuts short. */
  beginHandover(): void {
    this.#isLastTurn = true;
    this.#isHandingOver = true;
    this.#turn = new AbortController();
  }
}
