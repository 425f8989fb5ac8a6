import { stat } from "node:fs/promises";
import type { ToolContext } from "../tool.ts";
import { type Attempt, cannot, fileFailure, isDirectoryFailure } from "./file_failure.ts";
import { meantBy } from "./meant_path.ts";
import { isMissing, realTarget } from "./paths.ts";
import { askForKeys, assertNotSecret } from "./secret_paths.ts";
import { ToolFailure } from "../../support/errors.ts";
import { orAborted } from "../../support/or_aborted.ts";

/** The file that a tool call is about. */
export interface Target {
  readonly attempt: Attempt;
  /** Absolute, symbolic links followed: the key of {@linkcode FilesSeen}. */
  readonly real: string;
  /** Permission bits; null: there is no such file yet. */
  readonly mode: number | null;
  readonly bytes: number;
}

/**
 * Finds the file a path means, and asks for a write that may need a yes. Throws {@linkcode ToolFailure} for a
 * directory, a device, whatever cannot be reached and what was not allowed.
 */
export async function locate(verb: Attempt["verb"], path: string, context: ToolContext): Promise<Target> {
  // A file system that does not answer holds nobody up.
  const attempt = await orAborted(meantBy(verb, path, context), context.signal);
  const target = await orAborted(lookUp(attempt), context.signal).catch(async (error) => {
    context.signal.throwIfAborted();
    throw await fileFailure(attempt, error);
  });
  await assertNotSecret(attempt, target.real, context);
  if (target.kind === "directory") throw await isDirectoryFailure(attempt);
  if (target.kind === "other") {
    throw new ToolFailure("io_error", `${cannot(attempt)}: it is a device, pipe or socket`);
  }
  if (verb === "write" || verb === "patch") {
    await context.approve({ type: "write", path: target.real }, context.signal);
  }
  if (verb === "read") await askForKeys(target.real, context);
  return target;
}

/** Like {@linkcode locate}, for a file that must be there. */
export async function locateExisting(
  verb: Attempt["verb"],
  path: string,
  context: ToolContext,
): Promise<Target> {
  const target = await locate(verb, path, context);
  if (target.mode !== null) return target;
  throw await fileFailure(target.attempt, Object.assign(new Error("no such file"), { code: "ENOENT" }));
}

type Found = Target & { readonly kind: "file" | "directory" | "other" };

async function lookUp(attempt: Attempt): Promise<Found> {
  const real = await realTarget(attempt.absolute);
  const entry = await stat(real).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (entry === null) return { attempt, real, mode: null, bytes: 0, kind: "file" };
  const kind = entry.isDirectory() ? "directory" : entry.isFile() ? "file" : "other";
  return { attempt, real, mode: entry.mode & 0o7777, bytes: entry.size, kind };
}
