/** Counts the workers of the platform until it is disposed. */
export class WorkerCount implements Disposable {
  started = 0;
  readonly #alive = new Set<Worker>();
  readonly #platform = globalThis.Worker;

  constructor() {
    const alive = this.#alive;
    const count = () => this.started++;
    globalThis.Worker = class extends this.#platform {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        count();
        alive.add(this);
      }

      override terminate(): void {
        alive.delete(this);
        super.terminate();
      }
    };
  }

  get alive(): number {
    return this.#alive.size;
  }

  [Symbol.dispose](): void {
    globalThis.Worker = this.#platform;
  }
}
