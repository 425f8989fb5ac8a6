import { RE2JS, RE2JSSyntaxException } from "re2js";

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

const MAX_PATTERN_CHARS = 1_000;
const MAX_PROGRAM = 20_000;

/**
 * Understands RE2's syntax and JavaScript's, as far as that can be matched in linear time. Throws
 * {@linkcode PatternFault}.
 */
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
