import { chmodSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../support/errors.ts";
import { EXIT_CONFIG } from "./home.ts";
import { codeOf, fileState } from "../support/file_state.ts";

/** A config may hold keys, so a new one is its owner's only. */
const NEW_FILE_MODE = 0o600;
const NEW_DIRECTORY_MODE = 0o700;

/**
 * Writes a file so that a reader sees the old text or the new one, never a part. Keeps the mode of the file and
 * follows a symbolic link; makes missing directories. Throws {@linkcode UserError} when it cannot be written.
 */
export function writeAtomically(path: string, text: string): void {
  let temporary: string | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: NEW_DIRECTORY_MODE });
    const target = targetOf(path);
    temporary = `${target}.${crypto.randomUUID()}.tmp`;
    writeFileSync(temporary, text, { mode: NEW_FILE_MODE, flag: "wx" });
    const mode = modeOf(target);
    if (mode !== null) chmodSync(temporary, mode);
    renameSync(temporary, target);
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { force: true });
    throw new UserError(`Cannot write "${path}": ${fileState(error)}`, {
      exitCode: EXIT_CONFIG,
      cause: error,
    });
  }
}

function targetOf(path: string): string {
  return ifThere(() => realpathSync(path)) ?? path;
}

function modeOf(path: string): number | null {
  return ifThere(() => statSync(path).mode & 0o7777);
}

function ifThere<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}
