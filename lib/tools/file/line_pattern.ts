import { shortened } from "../../support/cut_text.ts";
import { ToolFailure } from "../../support/errors.ts";
import { type LinearPattern, linearPattern, PatternFault } from "../../support/linear_pattern.ts";

/** Looks for a pattern in one line after the other, in a time that is bounded whatever the pattern is. */
export interface LinePattern {
  /** Whether it is found; of a line longer than `longest` only in its beginning. */
  test(line: string): boolean;
  /** So many characters of a line are looked at. */
  readonly longest: number;
}

/** Of one that is refused, the ellipsis not counted. */
const SHOWN_CHARS = 200;
/** A line takes a step per character and instruction in the worst case, 10 ns each: a third of a second. */
const MAX_STEPS = 30_000_000;

/** What cannot be matched in linear time: look-around, back-references, atomic groups. */
const NOT_LINEAR = /\(\?<?[=!]|\\[1-9]|\(\?>/;

/** Understands what {@linkcode linearPattern} does. Throws {@linkcode ToolFailure}. */
export function linePattern(pattern: string): LinePattern {
  const { test, size } = searchPattern(pattern);
  const longest = Math.floor(MAX_STEPS / size);
  return { longest, test: (line) => test(line.length <= longest ? line : line.slice(0, longest)) };
}

function searchPattern(pattern: string): LinearPattern {
  try {
    return linearPattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw cannot(pattern, error.message, error);
  }
}

function cannot(pattern: string, state: string, cause?: unknown): ToolFailure {
  const hint = NOT_LINEAR.test(pattern)
    ? "Look-around and back-references are not understood: search for less, and look at the lines"
    : "To search for a text as it is, put a backslash before each of . * + ? ( ) [ ] { } ^ $ | \\";
  return new ToolFailure(
    "invalid_arguments",
    `Cannot search for "${shortened(pattern, SHOWN_CHARS + 1)}": ${state}`,
    { hint, cause },
  );
}
