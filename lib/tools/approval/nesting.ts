/** More parentheses within each other than anybody writes: the parser would take seconds for them. */
const MAX_NESTING = 100;

/** Whether a text has parentheses so deep that parsing it would take long. */
export function isNested(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= MAX_NESTING; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && depth > 0) depth--;
  }
  return depth > MAX_NESTING;
}
