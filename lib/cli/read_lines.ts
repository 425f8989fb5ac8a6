import type { ReadOptions } from "./io.ts";

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

/** UTF-8 text in pieces as one; a faulty byte becomes U+FFFD. */
export async function readText(
  chunks: AsyncIterable<Uint8Array>,
  { most = Infinity, onPiece }: ReadOptions = {},
): Promise<string> {
  let text = "";
  for await (const piece of decoded(chunks)) {
    text += piece;
    onPiece?.();
    if (text.length > most) break;
  }
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
