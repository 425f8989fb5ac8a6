/**
 * What a screen does not show, or shows as something else: control characters but for newline and tab, characters that
 * turn the direction of what follows or take no room (Unicode's Default_Ignorable_Code_Point, Cf), fillers that look like
 * a blank, and the separators that are neither a blank nor a newline.
 */
const UNSEEN =
  /[^\P{Cc}\n\t]|\p{Cf}|\p{Default_Ignorable_Code_Point}|\p{Zl}|\p{Zp}|[^\P{Zs} ]|\p{Cs}|\u2800/gu;

/**
 * The text with everything that a screen would hide written out: `\x1b`, `\u202e`, `\u{e0041}`. Nothing is left out, so
 * what is read is all there is, and nothing in it drives a terminal.
 */
export function visibleText(text: string): string {
  return writtenOut(text, visibleCharacter);
}

/** The text with each character that a screen would hide spelled as `spell` says. */
export function writtenOut(text: string, spell: (character: string) => string): string {
  return text.replace(UNSEEN, spell);
}

/** One character as an escape, as the strings of JavaScript write it. */
export function visibleCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}
