import type { FromChild, ToChild } from "../protocol/worker_messages.ts";
import type { Clock } from "../support/clock.ts";
import { ChildHandle } from "./child_handle.ts";

/** A child as its run sees it. Disposing it ends the child at once; nothing is heard of it after. */
export interface ChildLine extends Disposable {
  /** Sends a message; to a child that is ended it does nothing. */
  post(message: ToChild): void;
  /** The child has done its work: nothing is heard of it any more, and it is ended when there is time for that. */
  retire(): void;
}

/** Starts a child whose messages `onMessage` is told of, its crash included. Throws when it cannot be started. */
export type StartChild = (onMessage: (message: FromChild) => void) => ChildLine;

/**
 * How long a child that has done its work may keep its worker, in ms. Ending one costs 2 ms of a processor: with 32
 * children that end together on two cores, the parent was measured to go on 20 ms earlier when that is put off.
 */
const RETIREMENT_MS = 100;

/** The workers of a session. Disposed, none of them is left. */
export class Workers implements Disposable {
  readonly #url: URL;
  readonly #clock: Clock;
  /** Each with the timer of its retirement. */
  readonly #handles = new Map<ChildHandle, Disposable | null>();

  /** `url` is the entry of a child. */
  constructor(url: URL, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
  }

  /** Starts a child in a worker of its own. */
  readonly start: StartChild = (onMessage) => {
    let isRetired = false;
    const handle = new ChildHandle(this.#url, (message) => isRetired || onMessage(message));
    this.#handles.set(handle, null);
    return {
      post: (message) => handle.post(message),
      retire: () => {
        isRetired = true;
        this.#handles.set(handle, this.#clock.after(RETIREMENT_MS, () => this.#end(handle)));
      },
      [Symbol.dispose]: () => this.#end(handle),
    };
  };

  [Symbol.dispose](): void {
    for (const handle of [...this.#handles.keys()]) this.#end(handle);
  }

  #end(handle: ChildHandle): void {
    this.#handles.get(handle)?.[Symbol.dispose]();
    this.#handles.delete(handle);
    handle[Symbol.dispose]();
  }
}
