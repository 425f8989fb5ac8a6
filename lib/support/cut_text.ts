/** The first `chars` characters of a text; a half of a character (a surrogate) at the cut is left out, too. */
export function headOf(text: string, chars: number): string {
  if (text.length <= chars) return text;
  return text.slice(0, isBetweenHalves(text, chars) ? chars - 1 : Math.max(0, chars));
}

/** The last `chars` characters of a text; a half of a character (a surrogate) at the cut is left out, too. */
export function tailOf(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const at = text.length - Math.max(0, chars);
  return text.slice(isBetweenHalves(text, at) ? at + 1 : at);
}

/** The text with at most `chars` characters, an ellipsis for what is missing. */
export function shortened(text: string, chars: number): string {
  return text.length <= chars ? text : `${headOf(text, chars - 1)}…`;
}

/** Whether a cut before the character at `at` would go through one that is written in two. */
function isBetweenHalves(text: string, at: number): boolean {
  return isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at));
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
