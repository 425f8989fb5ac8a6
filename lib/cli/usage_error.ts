import type { CommanderError } from "@commander-js/extra-typings";
import { UserError } from "../support/errors.ts";
import type { CommandPath } from "./command_path.ts";
import { EXIT } from "./exit_codes.ts";

/** What the command line's parser found wrong, as our error: one sentence, with what was probably meant or where it stands. */
export function usageError(error: CommanderError, { names }: Pick<CommandPath, "names">): UserError {
  const said = error.message
    .replace(/^error: /, "")
    .replace(
      /\s*\n\(Did you mean (one of )?(.+)\?\)$/,
      (_, several, names) => several ? `, did you mean one of ${names}?` : `, did you mean "${names}"?`,
    )
    .replaceAll("'", '"')
    .replace(/\.$/, "");
  const hint = said.endsWith("?") ? {} : { hint: `See: ${["hermes", ...names, "--help"].join(" ")}` };
  return new UserError(`Cannot read the command line: ${said}`, {
    ...hint,
    exitCode: EXIT.usage,
    cause: error,
  });
}
