import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Input } from "./io.ts";

/** The longest text that is taken for a model, in characters: what is longer fits none. */
export const MOST_CHARS = 4_000_000;

/** All of standard input as `use`, such as "the goal". Throws a {@linkcode UserError} 2 for more than any model takes. */
export async function readGiven(stdin: Pick<Input, "readAll">, use: string): Promise<string> {
  const text = await stdin.readAll({ most: MOST_CHARS });
  if (text.length <= MOST_CHARS) return text;
  throw new UserError(`Cannot take standard input as ${use}: ${TOO_LONG}`, {
    hint: "Put it into a file, and name that in the text",
    exitCode: EXIT.usage,
  });
}

/** What is the matter with a text of more than {@linkcode MOST_CHARS}. */
export const TOO_LONG = `it is longer than ${MOST_CHARS} characters`;
