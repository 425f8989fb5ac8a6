import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io, ReadOptions } from "./io.ts";

/** The longest text that is taken for a model, in characters: what is longer fits none. */
export const MOST_CHARS = 4_000_000;

/** Says on stderr what was read in another encoding than UTF-8. */
export function tellingEncoding(
  { stderr }: Pick<Io, "stderr">,
  what: string,
): NonNullable<ReadOptions["onEncoding"]> {
  return (name) => stderr.write(`hermes: ${what} was read as ${name}\n`);
}

/**
 * All of standard input as `use`, such as "the goal", and says which encoding it has. Throws a {@linkcode UserError} 2 for
 * more than any model takes.
 */
export async function readGiven(io: Pick<Io, "stdin" | "stderr">, use: string): Promise<string> {
  const text = await io.stdin.readAll({
    most: MOST_CHARS,
    onEncoding: tellingEncoding(io, "the piped input"),
  });
  if (text.length <= MOST_CHARS) return text;
  throw new UserError(`Cannot take standard input as ${use}: ${TOO_LONG}`, {
    hint: "Put it into a file, and name that in the text",
    exitCode: EXIT.usage,
  });
}

/** What is the matter with a text of more than {@linkcode MOST_CHARS}. */
export const TOO_LONG = `it is longer than ${MOST_CHARS} characters`;
