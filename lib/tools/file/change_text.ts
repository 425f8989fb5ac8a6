import { headOf } from "../../support/cut_text.ts";
import { ToolFailure } from "../../support/errors.ts";
import { cannot } from "./file_failure.ts";
import { differsInSpaceOnly, lineAt, nearestLines, occurrences } from "./find_text.ts";
import { ShownText } from "./shown_text.ts";
import { type Edit, spliceLines } from "./splice_lines.ts";
import type { Target } from "./target.ts";

/** How many places of a text that is not unique are named. */
const NAMED_PLACES = 10;
/** What read_file puts before each line. */
const LINE_NUMBER = /^\d+\t/;

/** A text that is to stand in the place of another. */
export interface Change {
  readonly target: Target;
  /** Not empty. */
  readonly old_string: string;
  readonly new_string: string;
  /** Wherever it stands, not only where it does once. */
  readonly replace_all?: boolean | undefined;
}

/**
 * A text with carriage returns at line ends is looked for as it is, and then, as any other, in what read_file shows.
 * Throws {@linkcode ToolFailure} when it is not there, not once, or stays.
 */
export function changeText(original: string, change: Change): { after: string; count: number } {
  const { old_string, new_string, target } = change;
  const isLiteral = old_string.includes("\r\n") && original.includes(old_string);
  const { after, count } = isLiteral ? literally(original, change) : asShown(original, change);
  if (after !== original) return { after, count };
  const state = old_string === new_string
    ? "old_string and new_string are the same"
    : "the change would leave all of it as it is";
  throw new ToolFailure("invalid_arguments", `${cannot(target.attempt)}: ${state}`);
}

function literally(original: string, change: Change): { after: string; count: number } {
  const edits = editsOf(original, change);
  let kept = 0;
  const parts = edits.map(({ from, to, text }) => {
    const part = original.slice(kept, from) + text;
    kept = to;
    return part;
  });
  return { after: parts.join("") + original.slice(kept), count: edits.length };
}

function asShown(original: string, change: Change): { after: string; count: number } {
  const shown = new ShownText(original);
  const hasCr = change.old_string.includes("\r\n");
  const bare = (text: string) => shown.mark !== "" && text.startsWith(shown.mark) ? text.slice(1) : text;
  const inLf = (text: string) => hasCr ? bare(text).replaceAll("\r\n", "\n") : bare(text);
  const { old_string, new_string } = change;
  const edits = editsOf(shown.text, {
    ...change,
    old_string: inLf(old_string),
    new_string: inLf(new_string),
  });
  return { after: spliceLines(shown, edits), count: edits.length };
}

function editsOf(text: string, { old_string: part, new_string, replace_all, target }: Change): Edit[] {
  const found = occurrences(text, part);
  if (found.length === 0) throw notFound(text, part, target);
  if (found.length > 1 && replace_all !== true) throw notUnique(text, found, target);
  return apart(found, part.length).map((from) => ({ from, to: from + part.length, text: new_string }));
}

/** Those that do not begin inside one before. */
function apart(found: readonly number[], length: number): number[] {
  let end = 0;
  return found.filter((from) => {
    const isApart = from >= end;
    if (isApart) end = from + length;
    return isApart;
  });
}

function notFound(text: string, part: string, target: Target): ToolFailure {
  return new ToolFailure("text_not_found", `${cannot(target.attempt)}: old_string is not in it`, {
    hint: whyNotFound(text, part),
  });
}

function whyNotFound(text: string, part: string): string {
  if (part.split("\n").every((line) => line === "" || LINE_NUMBER.test(line))) {
    return "Leave out the line numbers that read_file puts before each line";
  }
  if (part.includes("\ufffd")) return "U+FFFD stands for a byte that is not UTF-8: leave out what holds one";
  const near = nearestLines(text, part);
  if (near === null) return "No line of the file is like its first line. Read the file";
  const lines = near.lines.join("\n");
  const how = differsInSpaceOnly(lines, part) ? "only spaces differ at" : "most alike is";
  return `It must match to the letter; ${how} line ${near.first}:\n${headOf(lines, 1500)}`;
}

function notUnique(text: string, found: readonly number[], target: Target): ToolFailure {
  const lines = [...new Set(found.slice(0, NAMED_PLACES).map((at) => lineAt(text, at)))];
  const more = found.length > NAMED_PLACES ? " and later" : "";
  const state = `old_string is in it ${found.length} times, on lines ${lines.join(", ")}${more}`;
  return new ToolFailure("not_unique", `${cannot(target.attempt)}: ${state}`, {
    hint: "Take more of the lines around it into old_string, or set replace_all",
  });
}
