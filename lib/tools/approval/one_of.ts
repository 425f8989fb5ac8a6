/** The words of a table, with blanks and line ends between them, as one alternative each: source of a regular expression. */
export function oneOf(words: string): string {
  return `(?:${words.trim().split(/\s+/).join("|")})`;
}
