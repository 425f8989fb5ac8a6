/** What a line ends with; "" only the last of a file. */
export type LineEnd = "\n" | "\r\n" | "";

const [LF, CR] = [10, 13];

/** Counts the line ends of bytes that come in pieces. */
export class LineEnds {
  #all = 0;
  #withCr = 0;
  #last = 0;

  push(chunk: Uint8Array): void {
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) {
      this.#all++;
      if ((at === 0 ? this.#last : chunk[at - 1]) === CR) this.#withCr++;
    }
    this.#last = chunk.at(-1) ?? this.#last;
  }

  /** Whether there are some, and each has a carriage return. */
  get areAllCrlf(): boolean {
    return this.#all > 0 && this.#all === this.#withCr;
  }
}
