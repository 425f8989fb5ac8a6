import type { CommanderError } from "@commander-js/extra-typings";
import { UserError } from "../support/errors.ts";
import type { CommandPath } from "./command_path.ts";
import { EXIT } from "./exit_codes.ts";

/** A typo is no wish for less care: these are never named in the place of another word. */
const LOWERS_A_GUARD: readonly string[] = ["--yolo", "--yes", "--no-sandbox"];

/** What the command line's parser found wrong, as our error: one sentence, with what was probably meant or where it stands. */
export function usageError(error: CommanderError, { names }: Pick<CommandPath, "names">): UserError {
  const said = error.message
    .replace(/^error: /, "")
    .replace(
      /\s*\n\(Did you mean (one of )?(.+)\?\)$/,
      (_, _several, names: string) => meantWords(names.split(", ")),
    )
    .replaceAll("'", '"')
    .replace(/\.$/, "");
  const help = `See: ${["hermes", ...names, "--help"].join(" ")}`;
  const hint = said.endsWith("?")
    ? {}
    : { hint: /^missing required argument "ids?"$/.test(said) ? `${help}; ids: ${listOf(names)}` : help };
  return new UserError(`Cannot read the command line: ${said}`, {
    ...hint,
    exitCode: EXIT.usage,
    cause: error,
  });
}

/** Where the ids are found that a command wants. */
function listOf([first]: readonly string[]): string {
  return first === "sessions" ? "hermes sessions list" : "hermes list";
}

function meantWords(names: readonly string[]): string {
  const meant = names.filter((name) => !LOWERS_A_GUARD.includes(name));
  if (meant.length === 0) return "";
  return meant.length === 1 ? `, did you mean "${meant[0]}"?` : `, did you mean one of ${meant.join(", ")}?`;
}
