import { Buffer } from "node:buffer";

/** What of some bytes is UTF-8. */
export interface Utf8Count {
  /** Characters of more than one byte. */
  readonly characters: number;
  /** Bytes that belong to no character. */
  readonly faults: number;
}

/** A byte that is not UTF-8 is this and the byte: a lone surrogate, which no text of a model has. */
const FAULT = 0xdc00;
const FAULTS = /[\udc80-\udcff]+/gu;

/** UTF-8 as text from which {@linkcode encodeUtf8} makes the same bytes, whatever they are. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const at of faultsIn(bytes)) {
    text += decoder.decode(bytes.subarray(from, at)) + String.fromCharCode(FAULT + (bytes[at] ?? 0));
    from = at + 1;
  }
  return text + decoder.decode(bytes.subarray(from));
}

/** The bytes of a text of {@linkcode decodeUtf8}. */
export function encodeUtf8(text: string): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { index, 0: faults } of text.matchAll(FAULTS)) {
    parts.push(encoder.encode(text.slice(from, index)), Uint8Array.from(faults, byteOf));
    from = index + faults.length;
  }
  parts.push(encoder.encode(text.slice(from)));
  return Buffer.concat(parts);
}

/** Counts what of the bytes is UTF-8 beyond ASCII, and what is none. */
export function countUtf8(bytes: Uint8Array): Utf8Count {
  let characters = 0;
  let faults = 0;
  for (let at = 0; at < bytes.length;) {
    const length = lengthAt(bytes, at);
    if (length > 1) characters++;
    else if (length === 0) faults++;
    at += length || 1;
  }
  return { characters, faults };
}

/** How many bytes at the end are the beginning of a character that goes on. */
export function openEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < wantedLength(byte) ? back : 0;
  }
  return 0;
}

function* faultsIn(bytes: Uint8Array): Generator<number> {
  for (let at = 0; at < bytes.length;) {
    const length = lengthAt(bytes, at);
    if (length === 0) yield at;
    at += length || 1;
  }
}

/** The length of the character that begins there; 0: none does. By Unicode, table 3-7. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = wantedLength(first);
  if (length < 2) return length;
  const second = bytes[at + 1] ?? 0;
  const [least, most] = SECOND[first] ?? [0x80, 0xbf];
  if (second < least || second > most) return 0;
  for (let next = at + 2; next < at + length; next++) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/** What may come second, where that is not every continuation. */
const SECOND: Readonly<Record<number, readonly [number, number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
};

function wantedLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function byteOf(fault: string): number {
  return fault.charCodeAt(0) - FAULT;
}
