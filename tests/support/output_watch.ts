/** Everything a stream has said so far, and a way to wait for what it will say. */
export class OutputWatch {
  #text = "";
  #ended = false;
  #waiters = new Set<() => void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#read(stream);
  }

  /** Resolves with the whole text when the stream has ended. */
  readonly done: Promise<string>;

  /** What came so far. */
  get text(): string {
    return this.#text;
  }

  /** Resolves with the first match in all that came and will come; rejects when the stream ends without one. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(this.#text);
      if (match === null && !this.#ended) return;
      this.#waiters.delete(look);
      if (match !== null) resolve(match);
      else reject(new Error(`The stream ended without ${pattern}:\n${this.#text}`));
    };
    this.#waiters.add(look);
    look();
    return promise;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<string> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.#add(decoder.decode(chunk, { stream: true }));
    this.#ended = true;
    this.#add(decoder.decode());
    return this.#text;
  }

  #add(text: string): void {
    this.#text += text;
    for (const look of [...this.#waiters]) look();
  }
}
