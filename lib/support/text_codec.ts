import { Buffer } from "node:buffer";
import { decodeUtf8, encodeUtf8 } from "./utf8_bytes.ts";

/** How the text of a file is written in bytes. From every text that `decode` gives, `encode` makes the same bytes. */
export interface TextCodec {
  readonly name: "UTF-8" | "UTF-16LE" | "UTF-16BE" | "Windows-1252";
  decode(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
  /** The first character of a text that the encoding does not have; null: it has all. */
  lacks(text: string): string | null;
}

/** What any text can be written in; bytes that are not valid become lone surrogates. */
export const UTF_8: TextCodec = {
  name: "UTF-8",
  decode: decodeUtf8,
  encode: encodeUtf8,
  lacks: () => null,
};

/** UTF-16, the low byte first. */
export const UTF_16LE: TextCodec = {
  name: "UTF-16LE",
  decode: (bytes) => buffer(bytes).toString("utf16le"),
  encode: (text) => Buffer.from(text, "utf16le"),
  lacks: () => null,
};

/** UTF-16, the high byte first. */
export const UTF_16BE: TextCodec = {
  name: "UTF-16BE",
  decode: (bytes) => Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16().toString("utf16le"),
  encode: (text) => Buffer.from(text, "utf16le").swap16(),
  lacks: () => null,
};

/** 0x80 to 0x9f, where it differs from Latin-1; five are not assigned and stay (the Encoding Standard's index). */
const HIGH = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";
const NOT_LATIN_1 = /[^\0-\x7f\xa0-\xff]/gu;

/** What text in one byte a character mostly is, and a superset of Latin-1 as it occurs in files. */
export const WINDOWS_1252: TextCodec = {
  name: "Windows-1252",
  decode: (bytes) =>
    buffer(bytes).toString("latin1").replace(
      /[\x80-\x9f]/g,
      (each) => HIGH.charAt(each.charCodeAt(0) - 0x80),
    ),
  encode: (text) =>
    Buffer.from(
      text.replace(NOT_LATIN_1, (each) => String.fromCharCode(HIGH.indexOf(each) + 0x80)),
      "latin1",
    ),
  lacks: (text) => text.match(NOT_LATIN_1)?.find((each) => !HIGH.includes(each)) ?? null,
};

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
