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

/** A stream of bytes of which the first and the last are kept, at most `limit` in all. */
export class HeadTail {
  readonly #head: Uint8Array;
  readonly #tail: Uint8Array;
  #total = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#head = new Uint8Array(Math.ceil(limit / 2));
    this.#tail = new Uint8Array(Math.floor(limit / 2));
  }

  /** Bytes pushed so far, those left out included. */
  get total(): number {
    return this.#total;
  }

  get truncated(): boolean {
    return this.#total > this.#head.length + this.#tail.length;
  }

  push(bytes: Uint8Array): void {
    const toHead = bytes.subarray(0, Math.max(0, this.#head.length - this.#total));
    this.#head.set(toHead, Math.min(this.#total, this.#head.length));
    this.#total += toHead.length;
    this.#pushTail(bytes.subarray(toHead.length));
  }

  /** What is kept, read as UTF-8 (a faulty byte becomes U+FFFD), with a line in the middle that says how much is missing. */
  toString(): string {
    const inHead = Math.min(this.#total, this.#head.length);
    const tail = this.#unrolledTail();
    if (!this.truncated) return decode(this.#head.subarray(0, inHead), tail);
    const head = this.#head.subarray(0, wholeCharacters(this.#head));
    const rest = tail.subarray(firstCharacter(tail));
    const missing = this.#total - head.length - rest.length;
    return `${decode(head)}\n… [${missing} bytes left out] …\n${decode(rest)}`;
  }

  /** The tail is a ring: byte `i` of the stream after the head lies at `i` modulo its size. */
  #pushTail(bytes: Uint8Array): void {
    const size = this.#tail.length;
    const skipped = Math.max(0, bytes.length - size);
    this.#total += skipped;
    for (let kept = bytes.subarray(skipped); kept.length > 0;) {
      const at = (this.#total - this.#head.length) % size;
      const piece = kept.subarray(0, size - at);
      this.#tail.set(piece, at);
      this.#total += piece.length;
      kept = kept.subarray(piece.length);
    }
  }

  #unrolledTail(): Uint8Array {
    const size = this.#tail.length;
    const pushed = Math.max(0, this.#total - this.#head.length);
    if (pushed <= size) return this.#tail.subarray(0, pushed);
    const start = pushed % size;
    return joined(this.#tail.subarray(start), this.#tail.subarray(0, start));
  }
}

function decode(...pieces: Uint8Array[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined(...pieces));
}

function joined(...pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Where a UTF-8 character that the end cuts in two begins; the length when none is cut. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Where the first whole UTF-8 character begins, at most 3 bytes in. */
function firstCharacter(bytes: Uint8Array): number {
  let start = 0;
  while (start < Math.min(3, bytes.length) && isContinuation(bytes[start] ?? 0)) start++;
  return start;
}

function isContinuation(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}

function sequenceLength(lead: number): number {
  if (lead >= 0b1111_0000) return 4;
  if (lead >= 0b1110_0000) return 3;
  return lead >= 0b1100_0000 ? 2 : 1;
}
