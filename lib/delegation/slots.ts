import type { SlotsView } from "../protocol/task_view.ts";

interface Waiter {
  readonly id: string;
  readonly grant: () => void;
  /** Keeps its place in the queue but is passed over. */
  held: boolean;
}

/**
 * The slots of a session and the visible FIFO queue before them. Every operation is harmless when repeated or when the
 * task holds nothing; `grant` is called once, within the call that made room.
 */
export class Slots {
  #limit: number;
  readonly #taken = new Set<string>();
  /** Tasks that lent their slot and want one back: they go first. */
  #returning: Waiter[] = [];
  #queue: Waiter[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get view(): SlotsView {
    return { running: this.#taken.size, limit: this.#limit, queued: this.#queue.length };
  }

  /** From now on there are so many; who has one keeps it. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#fill();
  }

  /** How many more tasks can be taken when `maxQueued` may wait. */
  room(maxQueued: number): number {
    const free = this.#queue.every((waiter) => waiter.held) ? this.#limit - this.#taken.size : 0;
    return Math.max(0, free + maxQueued - this.#queue.length);
  }

  /** How many more tasks may wait when `maxQueued` may in all. */
  places(maxQueued: number): number {
    return Math.max(0, maxQueued - this.#queue.length);
  }

  /** Joins the queue at its end; held, it is passed over until `unhold`. A task joins once, until it has left. */
  join(id: string, options: { readonly held: boolean; readonly grant: () => void }): void {
    if (this.#taken.has(id) || this.position(id) !== null) return;
    this.#queue.push({ id, ...options });
    this.#fill();
  }

  /** Lets a held task take its turn from the place that it has. */
  unhold(id: string): void {
    const waiter = this.#queue.find((waiting) => waiting.id === id);
    if (waiter !== undefined) waiter.held = false;
    this.#fill();
  }

  /** Gives the slot to the queue while the task only waits. */
  lend(id: string): void {
    if (this.#taken.delete(id)) this.#fill();
  }

  /** Resolves when the task has a slot again, ahead of the queue; rejects with the signal's reason. */
  takeBack(id: string, signal: AbortSignal): Promise<void> {
    if (this.#taken.has(id)) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#returning = this.#returning.filter((waiting) => waiting !== waiter);
      reject(signal.reason);
    };
    const waiter: Waiter = {
      id,
      held: false,
      grant: () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      },
    };
    if (signal.aborted) return Promise.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#returning.push(waiter);
    this.#fill();
    return promise;
  }

  /** Takes the task out of the queue, so that it gets no slot any more; one that it has it keeps. */
  withdraw(id: string): void {
    this.#queue = this.#queue.filter((waiter) => waiter.id !== id);
  }

  /** Gives up the slot or the place in the queue. */
  leave(id: string): void {
    this.#queue = this.#queue.filter((waiter) => waiter.id !== id);
    this.#returning = this.#returning.filter((waiter) => waiter.id !== id);
    this.#taken.delete(id);
    this.#fill();
  }

  /** 1 for the next in the queue; null for a task that is not in it. */
  position(id: string): number | null {
    const index = this.#queue.findIndex((waiter) => waiter.id === id);
    return index < 0 ? null : index + 1;
  }

  #fill(): void {
    while (this.#taken.size < this.#limit) {
      const next = this.#returning.shift() ?? this.#takeFromQueue();
      if (next === undefined) return;
      this.#taken.add(next.id);
      next.grant();
    }
  }

  #takeFromQueue(): Waiter | undefined {
    const index = this.#queue.findIndex((waiter) => !waiter.held);
    return index < 0 ? undefined : this.#queue.splice(index, 1)[0];
  }
}
