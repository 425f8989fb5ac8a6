import { lstatSync, mkdirSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../support/errors.ts";
import { codeOf, fileState } from "../support/file_state.ts";
import { replaceFile } from "../support/replace_file.ts";
import { EXIT_CONFIG } from "./home.ts";
import { EXIT_TEMPORARY, isFullCode } from "./unwritable.ts";

/** A config may hold keys, so a new one is its owner's only. */
const NEW_FILE_MODE = 0o600;
const NEW_DIRECTORY_MODE = 0o700;

/**
 * Writes a file by {@linkcode replaceFile}: whole or not at all. Follows a symbolic link; makes missing directories.
 * Throws {@linkcode UserError} when it cannot be written.
 */
export function writeAtomically(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: NEW_DIRECTORY_MODE });
    const bytes = new TextEncoder().encode(text);
    replaceFile(targetOf(path), { bytes, expects: "either", newMode: NEW_FILE_MODE });
  } catch (error) {
    const code = codeOf(error);
    if (!/^E[A-Z0-9]+$/.test(code)) throw error; // not of the system
    throw new UserError(`Cannot write "${path}": ${fileState(error)}`, {
      ...(isFullCode(code) ? { hint: "Free some space on the disk of this file" } : {}),
      exitCode: isFullCode(code) ? EXIT_TEMPORARY : EXIT_CONFIG,
      cause: error,
    });
  }
}

/** Where the links of a path lead, to nothing yet included. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return isLink ? targetOf(resolve(dirname(path), readlinkSync(path))) : path;
}
