import { Buffer } from "node:buffer";
import { decodeUtf8, openEnd } from "../../support/utf8_bytes.ts";

/** Which part of a file is wanted. Line numbers count from 1. */
export interface LineRange {
  readonly offset: number;
  readonly limit: number;
  /** The lines kept end before their text passes this many bytes; the first is always kept. */
  readonly maxBytes: number;
  /** A longer line is cut there and says so. */
  readonly maxLineBytes: number;
}

const NEWLINE = 10;

interface KeptLine {
  readonly bytes: Uint8Array;
  /** Bytes of the line that were not kept. */
  readonly cut: number;
}

/** Picks a range of lines out of a file that is pushed in pieces; holds no more than that range. */
export class LineWindow {
  readonly #range: LineRange;
  readonly #lines: KeptLine[] = [];
  #pieces: Uint8Array[] = [];
  #lineBytes = 0;
  #keptBytes = 0;
  #line = 1;
  #full = false;

  constructor(range: LineRange) {
    this.#range = range;
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, from);
      const to = newline === -1 ? chunk.length : newline;
      this.#extend(chunk.subarray(from, to));
      if (newline !== -1) this.#endLine();
      from = to + 1;
    }
  }

  /** The lines of the range and how many lines the file has; to be called once, at its end. */
  finish(
    decode: (bytes: Uint8Array) => string = decodeUtf8,
  ): { readonly lines: readonly string[]; readonly totalLines: number } {
    if (this.#lineBytes > 0) this.#endLine();
    const lines = this.#lines.map(({ bytes, cut }) =>
      cut > 0
        ? `${decode(withoutOpenEnd(bytes))}… [${cut} more bytes in this line]`
        : withoutCr(decode(bytes))
    );
    return { lines, totalLines: this.#line - 1 };
  }

  #isWanted(): boolean {
    const { offset, limit } = this.#range;
    return !this.#full && this.#line >= offset && this.#line < offset + limit;
  }

  #extend(piece: Uint8Array): void {
    const room = this.#range.maxLineBytes - this.#lineBytes;
    this.#lineBytes += piece.length;
    if (room > 0 && this.#isWanted()) this.#pieces.push(piece.slice(0, room));
  }

  #endLine(): void {
    if (this.#isWanted()) this.#keep();
    this.#pieces = [];
    this.#lineBytes = 0;
    this.#line++;
  }

  #keep(): void {
    const { maxBytes, maxLineBytes } = this.#range;
    this.#keptBytes += Math.min(this.#lineBytes, maxLineBytes);
    this.#full = this.#lines.length > 0 && this.#keptBytes > maxBytes;
    if (this.#full) return;
    const cut = Math.max(0, this.#lineBytes - maxLineBytes);
    this.#lines.push({ bytes: Buffer.concat(this.#pieces), cut });
  }
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function withoutOpenEnd(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length - openEnd(bytes));
}
