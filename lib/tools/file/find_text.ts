import { similarity } from "./similarity.ts";

/** Lines of a long file that are compared when a text was not found, and characters of each and of all of them. */
const COMPARED_LINES = 50_000;
const COMPARED_LINE_CHARS = 300;
const COMPARED_CHARS = 2_000_000;
/** Below this a line is not like the wanted one. */
const LEAST_ALIKE = 0.5;
const SHOWN_LINES = 12;

/**
 * Where `part` begins in `text`, occurrences that overlap included, so that one means: unique. Stops after `most`.
 * `part` is not empty. Takes as many steps as both are long (Knuth, Morris and Pratt), whatever they hold.
 */
export function occurrences(text: string, part: string, most = Infinity): number[] {
  const borders = bordersOf(part);
  const found: number[] = [];
  let matched = 0;
  for (let at = 0; at < text.length && found.length < most; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && (matched === part.length || part.charCodeAt(matched) !== code)) {
      matched = borders[matched] ?? 0;
    }
    if (part.charCodeAt(matched) === code) matched++;
    if (matched === part.length) found.push(at + 1 - matched);
  }
  return found;
}

/** For each length of a beginning of `part`: how long its longest end is that is a shorter beginning, too. */
function bordersOf(part: string): Uint32Array {
  const borders = new Uint32Array(part.length + 1);
  let border = 0;
  for (let at = 1; at < part.length; at++) {
    const code = part.charCodeAt(at);
    while (border > 0 && part.charCodeAt(border) !== code) border = borders[border] ?? 0;
    if (part.charCodeAt(border) === code) border++;
    borders[at + 1] = border;
  }
  return borders;
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
  const best = mostAlike(lines.slice(0, COMPARED_LINES), compared(wanted[key] ?? ""));
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
  let chars = 0;
  for (const [at, line] of lines.entries()) {
    const part = compared(line);
    chars += part.length + wanted.length;
    if (chars > COMPARED_CHARS) break;
    const score = similarity(wanted, part);
    if (score > best.score) best = { at, score };
  }
  return best.at === -1 ? null : best.at;
}

/** Cut before it is trimmed: a line may be as long as a file. */
function compared(line: string): string {
  return line.slice(0, COMPARED_LINE_CHARS).trim();
}
