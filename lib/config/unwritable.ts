import { UserError } from "../support/errors.ts";
import { codeOf, fileState } from "../support/file_state.ts";
import { EXIT_CONFIG } from "./home.ts";

/** Worth another try later (contract §4): a disk does not stay full. */
export const EXIT_TEMPORARY = 75;

/** What the system says of a directory in which nothing can be made, as a `UserError`; any other error as it is. */
export function asUnwritable(error: unknown, directory: string): unknown {
  const code = codeOf(error);
  if (!/^E[A-Z0-9]+$/.test(code)) return error; // not of the system
  if (isFullCode(code)) {
    return new UserError(`Cannot write to "${directory}": the disk is full`, {
      hint: "Free some space on the disk of this directory",
      exitCode: EXIT_TEMPORARY,
      cause: error,
    });
  }
  return new UserError(`Cannot write to "${directory}": ${fileState(error)}`, {
    hint: "Make it a directory that you can write to, or set HERMES_HOME to another directory",
    exitCode: EXIT_CONFIG,
    cause: error,
  });
}

/** Whether this is how the system says that there is no room. */
export function isFullCode(code: string): boolean {
  return code === "ENOSPC" || code === "EDQUOT";
}
