import { readFileSync } from "node:fs";
import { UserError } from "../support/errors.ts";
import { codeOf, fileState } from "../support/file_state.ts";
import { EXIT_CONFIG } from "./home.ts";

/** The text of a file, null when there is none. Throws {@linkcode UserError} when it is there and cannot be read. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw new UserError(`Cannot read "${path}": ${fileState(error)}`, {
      exitCode: EXIT_CONFIG,
      cause: error,
    });
  }
}
