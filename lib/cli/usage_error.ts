import type { CommanderError } from "@commander-js/extra-typings";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";

/** What the command line's parser found wrong, as our error: one sentence, with what was probably meant. */
export function usageError(error: CommanderError): UserError {
  const said = error.message
    .replace(/^error: /, "")
    .replace(
      /\s*\n\(Did you mean (one of )?(.+)\?\)$/,
      (_, several, names) => several ? `, did you mean one of ${names}?` : `, did you mean "${names}"?`,
    )
    .replaceAll("'", '"')
    .replace(/\.$/, "");
  return new UserError(`Cannot read the command line: ${said}`, { exitCode: EXIT.usage, cause: error });
}
