import { Buffer } from "node:buffer";
import type { ReadOptions } from "./io.ts";

/** No encoding that is read has longer characters, in bytes for each of a string. */
const CHARACTER_BYTES = 3;

/** UTF-8 text in pieces as its lines, without "\n" or "\r\n"; a last line without an end counts. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let open = "";
  for await (const piece of decoded(chunks)) {
    const [first = "", ...rest] = piece.split("\n");
    open += first;
    for (const line of rest) {
      yield withoutReturn(open);
      open = line;
    }
  }
  if (open !== "") yield withoutReturn(open);
}

/** Text in pieces as one, in the encoding that it has; of what is no text each faulty byte becomes U+FFFD. */
export async function readText(
  chunks: AsyncIterable<Uint8Array>,
  { most = Infinity, onPiece, onEncoding }: ReadOptions = {},
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    bytes += chunk.length;
    onPiece?.();
    if (bytes > most * CHARACTER_BYTES) break;
  }
  const content = Buffer.concat(pieces);
  const { encodingName, textOf } = await import("../support/encoding_watch.ts"); // load on use
  const found = textOf(content);
  if (found === null) return new TextDecoder().decode(content);
  const { text, encoding: { codec, faults, hasMark } } = found;
  if (faults > 0) onEncoding?.(`${codec.name} with ${faults} faulty ${faults === 1 ? "byte" : "bytes"}`);
  else if (codec.name !== "UTF-8") onEncoding?.(encodingName({ codec, faults, hasMark }));
  return text;
}

async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
