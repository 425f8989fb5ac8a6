import { randomBytes } from "node:crypto";
import { unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { headOf } from "./cut_text.ts";
import { codeOf } from "./file_state.ts";

/** The system does not let a file be made or moved there; one that is there may still be writable. */
const NOT_ALLOWED: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV", "ENOENT"]);

/** How much of the name of a file is in that of one of a moment: systems allow 255 bytes. */
const NAME_CHARS = 60;

/** Whether it was refused for the place, not for a want of space or a fault of the disk. */
export function isNotAllowed(error: unknown): boolean {
  return NOT_ALLOWED.has(codeOf(error));
}

/** A name for a file of a moment, beside `path` or in another directory. */
export function nameBeside(path: string, ending: "tmp" | "old", directory: string = dirname(path)): string {
  const name = headOf(basename(path), NAME_CHARS);
  return join(directory, `.${name}.${randomBytes(4).toString("hex")}.${ending}`);
}

/** Removes a file of a moment; that it is gone already is as good. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
