/** The lines of a {@linkcode LineRing} as plain data; `count` are the lines ended so far. */
export interface RingSnapshot {
  readonly lines: readonly string[];
  readonly open: string;
  readonly count: number;
}

/** Text that was pushed in pieces, as its last lines. Holds at most `lines` lines of `chars` characters. */
export class LineRing {
  readonly #lines: string[] = [];
  readonly #maxLines: number;
  readonly #maxChars: number;
  #open = "";
  #count = 0;

  constructor(maxLines = 200, maxChars = 500) {
    this.#maxLines = maxLines;
    this.#maxChars = maxChars;
  }

  /** What it holds, for {@linkcode LineRing.restore}. */
  get snapshot(): RingSnapshot {
    return { lines: this.#lines.slice(), open: this.#open, count: this.#count };
  }

  /** Takes over what another one held. */
  restore({ lines, open, count }: RingSnapshot): void {
    this.#lines.splice(0, Infinity, ...lines.slice(-this.#maxLines));
    this.#open = open;
    this.#count = count;
  }

  /** Lines begun so far, those that have left the ring included. */
  get lineCount(): number {
    return this.#count + (this.#open === "" ? 0 : 1);
  }

  /** Adds a piece of text; a line ends with "\n" or "\r\n", what is past its limit of characters is dropped. */
  push(text: string): void {
    const [first = "", ...rest] = text.split("\n");
    this.#extend(first);
    for (const line of rest) {
      this.#close();
      this.#extend(line);
    }
  }

  /** The last `n` lines, oldest first, an unfinished one included. */
  lastLines(n: number): string[] {
    const all = this.#open === "" ? this.#lines : [...this.#lines, this.#open].slice(-this.#maxLines);
    return n <= 0 ? [] : all.slice(-n).map(withoutHalf);
  }

  #extend(piece: string): void {
    this.#open += piece.slice(0, this.#maxChars - this.#open.length);
  }

  #close(): void {
    this.#lines.push(withoutHalf(this.#open.replace(/\r$/, "")));
    if (this.#lines.length > this.#maxLines) this.#lines.shift();
    this.#open = "";
    this.#count++;
  }
}

/** A line that was cut, or has not come whole, may end in half a character. */
function withoutHalf(line: string): string {
  return line.replace(/[\uD800-\uDBFF]$/, "");
}
