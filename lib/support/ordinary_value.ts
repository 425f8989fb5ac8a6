/** Shorter values would be found in harmless text. */
const MIN_CHARS = 8;
/** Letters as in a word, of any language that is written with these: neither many vowels nor many others in a row. */
const WORD = /^(?!.*[aeiouy]{4})(?!.*[^aeiouy]{5})[a-z]{1,24}$/;
/** Words with a year, a number or a mark after them: `Password1!`, `postgres-13`. */
const DECORATED = /^([A-Za-z]+)[-_.]?\d{0,4}[!?.*#]{0,2}$/;
/** What programs tell people to enter where there is no key. */
const STAND_INS: ReadonlySet<string> = new Set(
  "lm-studio not-needed no-key no-key-required sk-no-key-required your-api-key your_api_key change-me change_me"
    .split(" "),
);

/**
 * Whether a value is too ordinary to be looked for in texts: short, a word, a number. It is somebody's password all
 * the same, but to hide it wherever it stands would spoil code and output.
 */
export function isOrdinary(value: string): boolean {
  if (value.length < MIN_CHARS || STAND_INS.has(value.toLowerCase())) return true;
  if (/^[\d.,:+-]{1,15}$/.test(value) || /^(.)\1*$/su.test(value)) return true;
  const word = DECORATED.exec(value)?.[1];
  return word !== undefined && isCased(word) && WORD.test(word.toLowerCase());
}

/** Letters in both cases at random are no word. */
function isCased(word: string): boolean {
  return /^[A-Z]?[a-z]*$|^[A-Z]+$/.test(word);
}
