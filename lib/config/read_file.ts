import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../support/errors.ts";
import { EXIT_CONFIG } from "./home.ts";

/** The text of a file, null when there is none. Throws {@linkcode UserError} when it is there and cannot be read. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return null;
    throw new UserError(`Cannot read "${path}": ${REASONS[code] ?? messageOf(error)}`, {
      exitCode: EXIT_CONFIG,
      cause: error,
    });
  }
}

/** The system's short name for an error of a file operation; "" for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: "a part of the path is a file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ELOOP: "too many symbolic links",
};
