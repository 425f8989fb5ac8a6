import { randomBytes } from "node:crypto";
import { access, constants, link, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ToolFailure } from "../../support/errors.ts";
import type { ToolContext } from "../tool.ts";
import { cannot, fileFailure } from "./file_failure.ts";
import { type Fingerprint, fingerprint } from "./scan_file.ts";
import type { Target } from "./target.ts";

const NEW_FILE_MODE = 0o666;

/**
 * Puts the content in the place of the file, whole or not at all, with the mode it had; directories are made.
 * The agent has seen the file then, and its evidence names it. A file that another made meanwhile is not replaced.
 */
export async function storeFile(target: Target, content: string, context: ToolContext): Promise<Fingerprint> {
  const bytes = new TextEncoder().encode(content);
  const print = fingerprint(bytes);
  await replace(target, bytes).catch(async (error) => {
    throw error instanceof ToolFailure ? error : await fileFailure(target.attempt, error);
  });
  context.filesSeen.set(target.real, print.sha256);
  context.evidence.fileWritten(target.real, print.bytes, print.sha256);
  return print;
}

async function replace(target: Target, bytes: Uint8Array): Promise<void> {
  const { real, mode } = target;
  if (mode === null) await mkdir(dirname(real), { recursive: true });
  else await access(real, constants.W_OK);
  const temporary = join(
    dirname(real),
    `.${basename(real).slice(0, 200)}.${randomBytes(4).toString("hex")}.tmp`,
  );
  try {
    await writeNew(temporary, bytes, mode);
    await (mode === null ? create(temporary, target) : rename(temporary, real));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeNew(path: string, bytes: Uint8Array, mode: number | null): Promise<void> {
  await using file = await open(path, "wx", mode ?? NEW_FILE_MODE);
  if (mode !== null) await file.chmod(mode); // the umask took bits away
  await file.writeFile(bytes);
}

/** A link, unlike a rename, never replaces; where the file system has no links, a rename has to do. */
async function create(temporary: string, target: Target): Promise<void> {
  try {
    await link(temporary, target.real);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      return await rename(temporary, target.real);
    }
    throw new ToolFailure("not_read", `${cannot(target.attempt)}: somebody made that file just now`, {
      hint: "Read it first, then decide",
      cause: error,
    });
  }
}
