import { nearest } from "../config/nearest.ts";

/** Nobody is led by a typo to what lowers a guard. */
const NEVER_MEANT: readonly string[] = ["yolo"];

/** The one of `names` that a word is the beginning or a misspelling of; null: none is near. */
export function meantCommand(word: string, names: readonly string[]): string | null {
  const known = names.filter((name) => !NEVER_MEANT.includes(name));
  const begun = word.length < 2 ? [] : known.filter((name) => name.startsWith(word));
  return begun[0] ?? nearest(word, known);
}
