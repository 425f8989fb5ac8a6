import stringWidth from "string-width";
import { visibleCharacter } from "../../support/visible_text.ts";

const ESCAPE = "\u001b";

/** Sequences of terminals (ECMA-48) in which nothing but numbers can stand: colours, moves of the cursor, character sets. */
const SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[?]?[\\d;:]*[A-Za-z]|[()][0AB])|\r(?=\n)`, "g");
/** Control characters but for newline and tab, and those that turn the direction of what follows. */
const CONTROL = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;

/**
 * Text of a model, a tool or a server as it may go to a terminal: nothing in it moves the cursor or sets colours. What
 * could hide words (the title and link sequences, which take text in) is written out, never left out with them.
 */
export function plainText(text: string): string {
  return text.replace(SEQUENCE, "").replace(CONTROL, visibleCharacter);
}

/** The same on one line: each run of white space becomes one space. */
export function oneLine(text: string): string {
  return plainText(text.replace(/\s+/g, " ")).trim();
}

/** How many columns of a terminal the text takes: two for a wide character, none for a mark on another one. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** `text` cut to at most `columns` columns, with an ellipsis for what is missing. */
export function fit(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 1;
  let kept = "";
  for (const grapheme of graphemes(text)) {
    width += displayWidth(grapheme);
    if (width > columns) break;
    kept += grapheme;
  }
  return columns < 1 ? "" : `${kept}…`;
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
