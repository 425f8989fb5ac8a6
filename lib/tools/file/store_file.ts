import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { ToolFailure } from "../../support/errors.ts";
import { codeOf } from "../../support/file_state.ts";
import { replaceFile } from "../../support/replace_file.ts";
import type { ToolContext } from "../tool.ts";
import { cannot, fileFailure } from "./file_failure.ts";
import { type Fingerprint, fingerprint, scanFileAtOnce } from "./scan_file.ts";
import type { Target } from "./target.ts";

const NEW_FILE_MODE = 0o666;

/** What a file gets, and what it takes the place of. */
export interface Stored {
  readonly bytes: Uint8Array;
  /** What the file held when this was decided; null: there was none. */
  readonly replaces: Fingerprint | null;
}

/**
 * Puts the content in the place of the file by {@linkcode replaceFile}; directories are made. The agent has seen the
 * file then, and its evidence names it. What another wrote or made meanwhile is not replaced: it is looked at once more
 * in the moment of the change. What remains are the microseconds between that look and the change, for a writer in
 * another thread or program, and whoever has the old file open and writes to it later.
 */
export async function storeFile(
  target: Target,
  { bytes, replaces }: Stored,
  context: ToolContext,
): Promise<Fingerprint> {
  const print = fingerprint(bytes);
  try {
    if (replaces === null) await mkdir(dirname(target.real), { recursive: true });
    replaceFile(target.real, {
      bytes,
      expects: replaces === null ? "none" : "file",
      newMode: NEW_FILE_MODE,
      assertUnchanged: () => assertStillThere(target, replaces),
    });
  } catch (error) {
    throw await failureOf(target, error);
  }
  context.filesSeen.set(target.real, print.sha256);
  context.evidence.fileWritten(target.real, print.bytes, print.sha256);
  return print;
}

function assertStillThere({ real, attempt }: Target, replaces: Fingerprint | null): void {
  if (replaces === null || scanFileAtOnce(real).sha256 === replaces.sha256) return;
  throw new ToolFailure("changed_since_read", `${cannot(attempt)}: somebody wrote to it just now`, {
    hint: "Read it again and keep their change",
  });
}

async function failureOf({ attempt }: Target, error: unknown): Promise<ToolFailure> {
  if (error instanceof ToolFailure) return error;
  if (codeOf(error) !== "EEXIST") return await fileFailure(attempt, error);
  return new ToolFailure("not_read", `${cannot(attempt)}: somebody made that file just now`, {
    hint: "Read it first, then decide",
    cause: error,
  });
}
