/** A stretch in double quotes; a backslash keeps the next character from ending it. */
const QUOTED = String.raw`"[^"\\]*(?:\\[\s\S][^"\\]*)*"`;
/** What may not open a quotation. */
const ESCAPED = String.raw`\\["\\]`;

/** One piece of a text, without the white space around it; `start` is where it stands in the text. */
export interface Piece {
  readonly text: string;
  readonly start: number;
}

/** Splits at `;`, but not inside of double quotes. A quote that is never closed is a character like any other. */
export function splitAtSemicolons(text: string): readonly Piece[] {
  return split(text, ";");
}

/** Splits at the word `then` between white space, but not inside of double quotes. */
export function splitAtThen(text: string): readonly Piece[] {
  return split(text, String.raw`(?<!\s)\s+then(?=\s)`);
}

/** The first word, which may be a quoted one, and what follows it; null for an empty text. */
export function splitFirstWord(text: string): { readonly word: string; readonly rest: string } | null {
  const [word] = new RegExp(`^(?:${QUOTED}(?=\\s|$)|\\S+)`).exec(text) ?? [];
  return word === undefined ? null : { word: unquote(word), rest: text.slice(word.length).trim() };
}

/** What stands between the quotes when the whole text is one quotation; any other text as it is. */
export function unquote(text: string): string {
  return new RegExp(`^${QUOTED}$`).test(text) ? text.slice(1, -1).replaceAll(/\\(["\\])/g, "$1") : text;
}

/** The text in quotes, so that {@linkcode unquote} gives it back and nothing in it splits. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

function split(text: string, separator: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const match of text.matchAll(new RegExp(`${ESCAPED}|${QUOTED}|(?<separator>${separator})`, "g"))) {
    if (match.groups?.["separator"] === undefined) continue;
    pieces.push(trimmed(text, start, match.index));
    start = match.index + match[0].length;
  }
  return [...pieces, trimmed(text, start, text.length)];
}

function trimmed(text: string, start: number, end: number): Piece {
  const piece = text.slice(start, end);
  return { text: piece.trim(), start: start + piece.length - piece.trimStart().length };
}
