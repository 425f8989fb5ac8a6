import { RE2JS, RE2JSSyntaxException } from "re2js";
import { shortened } from "../../support/cut_text.ts";
import { ToolFailure } from "../../support/errors.ts";

/** Looks for a pattern in one line after the other, in a time that is bounded whatever the pattern is. */
export interface LinePattern {
  /** Whether it is found; of a line longer than `longest` only in its beginning. */
  test(line: string): boolean;
  /** So many characters of a line are looked at. */
  readonly longest: number;
}

const MAX_PATTERN_CHARS = 1_000;
/** Of one that is refused, the ellipsis not counted. */
const SHOWN_CHARS = 200;
const MAX_PROGRAM = 20_000;
/** A line takes a step per character and instruction in the worst case, 10 ns each: a third of a second. */
const MAX_STEPS = 30_000_000;

/** What cannot be matched in linear time: look-around, back-references, atomic groups. */
const NOT_LINEAR = /\(\?<?[=!]|\\[1-9]|\(\?>/;

/** Looks for a pattern in a text, in so many steps: `size` times the characters of the text. */
export interface LinearPattern {
  test(text: string): boolean;
  /** Instructions of its program. */
  readonly size: number;
}

/** A pattern that cannot be matched in linear time, or is none; the message says why. */
export class PatternFault extends Error {
  override readonly name = "PatternFault";
}

/** Understands RE2's syntax and JavaScript's, as far as that can be matched in linear time. Throws {@linkcode ToolFailure}. */
export function linePattern(pattern: string): LinePattern {
  const { test, size } = searchPattern(pattern);
  const longest = Math.floor(MAX_STEPS / size);
  return { longest, test: (line) => test(line.length <= longest ? line : line.slice(0, longest)) };
}

/** The same for texts of any length. Throws {@linkcode PatternFault}. */
export function linearPattern(pattern: string): LinearPattern {
  if (pattern.length > MAX_PATTERN_CHARS) {
    throw new PatternFault(`it is longer than ${MAX_PATTERN_CHARS} characters`);
  }
  const compiled = compile(pattern);
  const size = compiled.programSize();
  if (size > MAX_PROGRAM) throw new PatternFault("it repeats too much");
  return { size, test: (text) => compiled.test(text) };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new PatternFault(error.message.replace(/^error parsing regexp: /, ""), { cause: error });
  }
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
