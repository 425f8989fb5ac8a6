/** An escaped backslash, two halves of a character, or one half alone, as they stand in JSON. */
const ESCAPES = /\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\ud[89a-f][0-9a-f]{2}/gi;

/** JSON in which halves of characters, which servers refuse, are the replacement character. */
export function wellFormedJson(json: string): string {
  if (!/\\ud[89a-f]/i.test(json)) return json;
  return json.replaceAll(ESCAPES, (escape) => escape.length === 6 ? "\\ufffd" : escape);
}
