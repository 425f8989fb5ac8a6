import { similarity } from "./similarity.ts";

/** Lines of a long file that are compared when a text was not found. */
const COMPARED_LINES = 50_000;
/** Below this a line is not like the wanted one. */
const LEAST_ALIKE = 0.5;
const SHOWN_LINES = 12;

/**
 * Where `part` begins in `text`, occurrences that overlap included, so that one means: unique. Stops after `most`.
 * `part` is not empty.
 */
export function occurrences(text: string, part: string, most: number): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at !== -1 && found.length < most; at = text.indexOf(part, at + 1)) {
    found.push(at);
  }
  return found;
}

/** The number, from 1, of the line that the character at `index` is in. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** The lines of `text` that are most like those of `part`, numbered from 1; null when none is. */
export function nearestLines(
  text: string,
  part: string,
): { readonly first: number; readonly lines: string[] } | null {
  const wanted = part.split("\n");
  const key = wanted.findIndex((line) => line.trim() !== "");
  const lines = text.split("\n");
  const best = mostAlike(lines.slice(0, COMPARED_LINES), (wanted[key] ?? "").trim());
  if (key === -1 || best === null) return null;
  const first = Math.max(0, best - key);
  return { first: first + 1, lines: lines.slice(first, first + Math.min(wanted.length, SHOWN_LINES)) };
}

/** The same text but for spaces, tabs and line ends. */
export function differsInSpaceOnly(a: string, b: string): boolean {
  return a !== b && a.replace(/\s+/g, "") === b.replace(/\s+/g, "");
}

function mostAlike(lines: readonly string[], wanted: string): number | null {
  let best = { at: -1, score: LEAST_ALIKE };
  lines.forEach((line, at) => {
    const score = similarity(wanted, line.trim().slice(0, 500));
    if (score > best.score) best = { at, score };
  });
  return best.at === -1 ? null : best.at;
}
