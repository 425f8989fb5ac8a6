import { Buffer } from "node:buffer";

const NOTHING = Buffer.alloc(0);
/** A buffer that is empty is kept up to this size, in bytes. */
const KEPT_BYTES = 16_384;
const NEWLINE = 10;

/** Puts lines together from the pieces in which a socket gives them, at the cost of what it has not given out yet. */
export class LineReader {
  /** A line of more bytes is refused. */
  maxBytes: number;
  #buffer: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  /** Where the end of the line is still to be looked for. */
  #from = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The memory that it holds, in bytes. */
  get heldBytes(): number {
    return this.#buffer.length;
  }

  /** Takes a piece; the caller does not write into it any more. */
  push(bytes: Buffer): void {
    if (this.#end === 0 && 2 * bytes.length > bytes.buffer.byteLength) {
      this.#buffer = bytes; // most pieces are whole lines: no copy of those
      this.#end = bytes.length;
      return;
    }
    const rest = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) this.#move(rest + bytes.length);
    this.#end += bytes.copy(this.#buffer, this.#end);
  }

  /** The next whole line, without its "\n"; null: there is none yet. Throws a `RangeError` for one that is too long. */
  next(): string | null {
    const end = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, this.#from);
    this.#from = end < 0 ? this.#end : end + 1;
    if ((end < 0 ? this.#end : end) - this.#start > this.maxBytes) {
      throw new RangeError(`A line has more than ${this.maxBytes} bytes`);
    }
    if (end < 0) return null;
    const line = this.#buffer.toString("utf8", this.#start, end);
    this.#start = this.#from;
    if (this.#start === this.#end) this.#empty();
    return line;
  }

  /** Forgets all that it has. */
  clear(): void {
    this.#buffer = NOTHING;
    this.#empty();
  }

  #empty(): void {
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = NOTHING;
    this.#start = this.#end = this.#from = 0;
  }

  /** Into a buffer with room for twice as much, so that a line in many pieces is not copied for each; no line needs more. */
  #move(bytes: number): void {
    const room = Math.max(bytes, Math.min(this.#end === 0 ? bytes : 2 * bytes, this.maxBytes));
    const next = bytes <= this.#buffer.length / 2 ? this.#buffer : Buffer.allocUnsafeSlow(room);
    this.#buffer.copy(next, 0, this.#start, this.#end);
    this.#buffer = next;
    this.#from -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
