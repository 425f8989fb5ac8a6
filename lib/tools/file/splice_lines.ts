import { diffArrays } from "diff";
import type { LineEnd } from "./line_ends.ts";
import type { ShownText } from "./shown_text.ts";

/** A part of a shown text, from one character up to another, and what is to stand there. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Past so many changed lines in one edit nothing is looked for that stayed; in a long one past fewer. */
const MAX_CHANGED_LINES = 500;
/** What is looked for takes a step per line and change in the worst case. */
const MAX_STEPS = 2_000_000;

/**
 * The original with the edits made, which are in order and do not overlap. A line that stays keeps its end, a changed
 * one that of the line it takes the place of; a new one ends as its neighbours do, where they differ as most lines do.
 */
export function spliceLines(shown: ShownText, edits: readonly Edit[]): string {
  const parts = [shown.mark];
  let kept = 0;
  for (const group of groups(shown, edits)) {
    parts.push(shown.originalOf(kept, group.first), replaced(shown, group));
    kept = group.last + 1;
  }
  return [...parts, shown.originalOf(kept, shown.lines.length)].join("");
}

/** Edits that share a line, with the lines from the first to the last that they touch. */
interface Group {
  readonly first: number;
  last: number;
  readonly edits: Edit[];
}

function groups(shown: ShownText, edits: readonly Edit[]): Group[] {
  const all: Group[] = [];
  for (const edit of edits) {
    const [first, last] = [shown.lineAt(edit.from), shown.lineAt(edit.to)];
    const before = all.at(-1);
    if (before === undefined || first > before.last) all.push({ first, last, edits: [edit] });
    else {
      before.edits.push(edit);
      before.last = last;
    }
  }
  return all;
}

function replaced(shown: ShownText, { first, last, edits }: Group): string {
  let at = shown.startOf(first);
  let text = "";
  for (const edit of edits) {
    text += shown.text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  text += shown.text.slice(at, shown.startOf(last) + (shown.lines[last] ?? "").length);
  const old = shown.lines.slice(first, last + 1);
  const lines = text.split("\n");
  const origins = originsOf(old, lines).map((origin) => origin === null ? null : origin + first);
  return withEnds(shown, { lines, origins, first, last });
}

interface NewLines {
  readonly lines: readonly string[];
  /** The number of the old line whose end each takes; null: it is new. */
  readonly origins: readonly (number | null)[];
  /** The old lines that they replace. */
  readonly first: number;
  readonly last: number;
}

function withEnds(shown: ShownText, { lines, origins, first, last }: NewLines): string {
  let text = "";
  let before = shown.endOf(first - 1);
  const following = followingOf(origins);
  lines.forEach((line, at) => {
    const isEnd = at === lines.length - 1 && shown.endOf(last) === "";
    const own = ownEnd(shown, line, origins[at] ?? null);
    const end = isEnd ? "" : own ?? between(before, shown.endOf(following[at] ?? last + 1)) ?? shown.usualEnd;
    text += (end === "\r\n" && !isSame(shown, line, origins[at]) ? line.replace(/\r$/, "") : line) + end;
    before = end;
  });
  return text;
}

/** For each line the next origin behind it; null: there is none. */
function followingOf(origins: NewLines["origins"]): (number | null)[] {
  let next: number | null = null;
  return origins.toReversed().map((origin) => {
    const following = next;
    next = origin ?? next;
    return following;
  }).reverse();
}

/** What a line certainly ends with: what it had, or the carriage return that somebody gave it. */
function ownEnd(shown: ShownText, line: string, origin: number | null): "\n" | "\r\n" | null {
  if (line.endsWith("\r") && !isSame(shown, line, origin)) return "\r\n";
  return origin === null ? null : shown.endOf(origin) || null;
}

function isSame(shown: ShownText, line: string, origin: number | null | undefined): boolean {
  return typeof origin === "number" && shown.lines[origin] === line;
}

/** The end of a line between two others; null when they differ. */
function between(before: LineEnd | null, after: LineEnd | null): "\n" | "\r\n" | null {
  if (before && after) return before === after ? before : null;
  return before || after || null;
}

/** For each new line the old one that it is or takes the place of; null for one more. */
function originsOf(old: readonly string[], lines: readonly string[]): (number | null)[] {
  const maxEditLength = Math.min(MAX_CHANGED_LINES, Math.floor(MAX_STEPS / (old.length + lines.length)));
  const changes = diffArrays([...old], [...lines], { maxEditLength });
  if (changes === undefined) return lines.map((_, at) => at < old.length ? at : null);
  const origins: (number | null)[] = [];
  let at = 0;
  let removed = 0;
  for (const change of changes) {
    if (change.removed) removed += change.value.length;
    else if (change.added) {
      origins.push(...change.value.map((_, index) => index < removed ? at + index : null));
    } else {
      at += removed;
      removed = 0;
      origins.push(...change.value.map((_, index) => at + index));
      at += change.value.length;
    }
  }
  return origins;
}
