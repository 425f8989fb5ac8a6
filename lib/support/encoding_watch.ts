import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { type TextCodec, UTF_16BE, UTF_16LE, UTF_8, WINDOWS_1252 } from "./text_codec.ts";
import { countUtf8, openEnd } from "./utf8_bytes.ts";

/** What the bytes of a file are. */
export interface Encoding {
  readonly codec: TextCodec;
  /** Bytes that are not of that encoding; only UTF-8 can have some. */
  readonly faults: number;
  /** Whether it begins with a byte-order mark. */
  readonly hasMark: boolean;
}

/** What an empty file is, and one that is made. */
export const PLAIN: Encoding = { codec: UTF_8, faults: 0, hasMark: false };

/** The name of an encoding for a model. */
export function encodingName({ codec, hasMark }: Encoding): string {
  return hasMark ? `${codec.name} with a byte-order mark` : codec.name;
}

/** How git tells what is binary: a null byte among the first 8,000. */
const LOOKED_AT = 8000;
/** So much of UTF-16 without a mark must be ASCII for it to be known. */
const LEAST_ASCII = 0.7;
/** Control characters but for white space. */
const CONTROLS = /[^\P{Cc}\s]/u;
/** Fewer characters of it are no sign of anything. */
const LEAST_CHARACTERS = 4;

/** Finds out the encoding of bytes that come in pieces. */
export class EncodingWatch {
  #start: Start | undefined;
  #decoder: TextDecoder | null = null;
  #bytes = 0;
  #characters = 0;
  #faults = 0;
  #open: Uint8Array = new Uint8Array();

  /** Whether the bytes so far are no text. */
  get isBinary(): boolean {
    return this.#start?.codec === null;
  }

  /** The piece as it is, or of UTF-16 in UTF-8: so that a line feed is one byte. */
  push(chunk: Uint8Array): Uint8Array {
    const { codec } = this.#start ??= startOf(chunk.subarray(0, LOOKED_AT));
    this.#bytes += chunk.length;
    if (codec === UTF_8) this.#watch(chunk);
    if (codec === UTF_8 || codec === null) return chunk;
    this.#decoder ??= new TextDecoder(codec.name, { ignoreBOM: true });
    return new TextEncoder().encode(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Null: it is not text. To be called once, at the end. */
  finish(): Encoding | null {
    const { codec, hasMark } = this.#start ?? PLAIN;
    if (codec === null) return null;
    if (codec !== UTF_8) return this.#bytes % 2 === 0 ? { codec, faults: 0, hasMark } : null;
    this.#count(this.#open);
    const isUtf8 = this.#faults === 0 || this.#characters > 0 && this.#characters * 2 >= this.#faults;
    return isUtf8
      ? { codec, faults: this.#faults, hasMark }
      : { codec: WINDOWS_1252, faults: 0, hasMark: false };
  }

  #watch(chunk: Uint8Array): void {
    const bytes = this.#open.length === 0 ? chunk : Buffer.concat([this.#open, chunk]);
    const end = bytes.length - openEnd(bytes);
    this.#open = bytes.slice(end);
    this.#count(bytes.subarray(0, end));
  }

  #count(bytes: Uint8Array): void {
    if (isAscii(bytes)) return;
    if (isUtf8(bytes)) {
      this.#characters += bytes.reduce((sum, byte) => byte >= 0xc0 ? sum + 1 : sum, 0);
      return;
    }
    const { characters, faults } = countUtf8(bytes);
    this.#characters += characters;
    this.#faults += faults;
  }
}

/** The encoding of a whole content; null: it is not text. */
export function encodingOf(content: Uint8Array): Encoding | null {
  const watch = new EncodingWatch();
  watch.push(content);
  return watch.finish();
}

/** A whole content as text, without its byte-order mark, and what it is; null: it is not text. */
export function textOf(content: Uint8Array): { readonly text: string; readonly encoding: Encoding } | null {
  const encoding = encodingOf(content);
  if (encoding === null) return null;
  const text = encoding.codec.decode(content).toWellFormed();
  return { text: encoding.hasMark ? text.replace(/^\ufeff/, "") : text, encoding };
}

interface Start {
  readonly codec: TextCodec | null;
  readonly hasMark: boolean;
}

function startOf(bytes: Uint8Array): Start {
  const starts = (...mark: number[]) => mark.every((byte, at) => bytes[at] === byte);
  if (starts(0xff, 0xfe, 0, 0)) return { codec: null, hasMark: true }; // UTF-32
  if (starts(0xff, 0xfe)) return { codec: UTF_16LE, hasMark: true };
  if (starts(0xfe, 0xff)) return { codec: UTF_16BE, hasMark: true };
  if (!bytes.includes(0)) return { codec: UTF_8, hasMark: starts(0xef, 0xbb, 0xbf) };
  const codec = [UTF_16LE, UTF_16BE].find((each) => isMostlyAscii(each, bytes)) ?? null;
  return { codec, hasMark: false };
}

function isMostlyAscii(codec: TextCodec, bytes: Uint8Array): boolean {
  if (bytes.length % 2 !== 0) return false;
  const text = codec.decode(bytes);
  const ascii = text.match(/[\t\n\r -~]/g)?.length ?? 0;
  const isEnough = text.length >= LEAST_CHARACTERS && ascii >= LEAST_ASCII * text.length;
  return isEnough && !CONTROLS.test(text);
}
