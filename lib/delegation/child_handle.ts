import type { FromChild, ToChild } from "../protocol/worker_messages.ts";

/** The worker of one child. Disposing it ends the worker at once, whatever it does; nothing is heard of it after. */
export class ChildHandle implements Disposable {
  readonly #worker: Worker;
  #isEnded = false;

  /** Starts a worker. `onMessage` is told what the child posts, its own crash included. */
  constructor(url: URL, onMessage: (message: FromChild) => void) {
    const tell = (message: FromChild) => {
      if (!this.#isEnded) onMessage(message);
    };
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<FromChild>) => tell(event.data);
    this.#worker.onmessageerror = () => tell(crashed("it posted a message that cannot be read"));
    this.#worker.onerror = (event) => {
      // Without this Deno ends the whole program. The event's own message may be kilobytes of source.
      event.preventDefault();
      tell(crashed("its worker threw an error that nobody caught"));
    };
    // Bun tells by this event, which is not in the web standard, that a worker is gone.
    this.#worker.addEventListener("close", () => tell(crashed("its worker ended by itself")));
  }

  /** Sends a message; to a worker that is ended it does nothing. */
  post(message: ToChild): void {
    if (!this.#isEnded) this.#worker.postMessage(message);
  }

  [Symbol.dispose](): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#worker.terminate();
  }
}

function crashed(why: string): FromChild {
  return { type: "crashed", message: `The child died: ${why}` };
}
