import { watch } from "node:fs/promises";

/**
 * Hears of every write to the database of a state directory, whichever process makes it. Where the system cannot tell,
 * it hears of nothing. Disposed, it hears of nothing more.
 */
export class StoreWatch implements Disposable {
  readonly #over = new AbortController();
  #written = Promise.withResolvers<void>();

  constructor(home: string) {
    void this.#listen(home); // catches all
  }

  /** Resolves at the next write from now on. */
  next(): Promise<void> {
    this.#written = Promise.withResolvers();
    return this.#written.promise;
  }

  [Symbol.dispose](): void {
    this.#over.abort(new DOMException("The watch is over", "AbortError"));
  }

  async #listen(home: string): Promise<void> {
    try {
      for await (const { filename } of watch(home, { signal: this.#over.signal })) {
        if (filename?.startsWith("sessions.db") !== false) this.#written.resolve();
      }
    } catch {
      // Disposed, or this system or this file system tells nobody.
    }
  }
}
