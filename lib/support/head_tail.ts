import { Buffer } from "node:buffer";
import { openEnd } from "./utf8_bytes.ts";

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
    const head = this.#head.subarray(0, this.#head.length - openEnd(this.#head));
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
    return Buffer.concat([this.#tail.subarray(start), this.#tail.subarray(0, start)]);
  }
}

function decode(...pieces: Uint8Array[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(pieces));
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
