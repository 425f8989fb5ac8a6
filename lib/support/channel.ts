/** An unbounded queue with one reader: `push` never waits, iteration ends after `close`. */
export class Channel<Item> implements AsyncIterable<Item> {
  #items: Item[] = [];
  #closed = false;
  #wake: (() => void) | null = null;

  /** Adds an item; after `close` it is dropped. */
  push(item: Item): void {
    if (this.#closed) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Ends the iteration once what was pushed is read. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#items.length > 0) continue;
      if (this.#closed) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = null;
    }
  }
}
