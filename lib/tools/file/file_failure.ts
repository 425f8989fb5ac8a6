import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { ToolFailure } from "../../support/errors.ts";
import { codeOf, fileState } from "../../support/file_state.ts";
import { nearest } from "./similarity.ts";

/** What was to be done with which file; `path` as the model wrote it, `absolute` where that is. */
export interface Attempt {
  readonly verb: "read" | "write" | "patch" | "search";
  readonly path: string;
  readonly absolute: string;
}

/** How many entries of a directory a failure names. */
const NAMED_ENTRIES = 20;
/** How many names are compared with one that is missing. */
const COMPARED_NAMES = 20_000;

/** The failure for an error of the file system; a missing file comes with names that are like it. */
export async function fileFailure(attempt: Attempt, error: unknown): Promise<ToolFailure> {
  if (codeOf(error) === "ENOENT") return await missing(attempt);
  return new ToolFailure("io_error", `${cannot(attempt)}: ${fileState(error)}`, { cause: error });
}

/** The failure for a directory where a file is needed, with some of what it holds. */
export async function isDirectoryFailure(attempt: Attempt): Promise<ToolFailure> {
  const entries = await readdir(attempt.absolute, { withFileTypes: true }).catch(() => []);
  const names = entries.map((entry) => entry.isDirectory() ? `${entry.name}/` : entry.name).sort();
  const more = names.length > NAMED_ENTRIES ? ` and ${names.length - NAMED_ENTRIES} more` : "";
  const hint = names.length === 0
    ? "It is empty"
    : `It holds ${names.slice(0, NAMED_ENTRIES).join(", ")}${more}`;
  return new ToolFailure("is_directory", `${cannot(attempt)}: it is a directory`, { hint });
}

/** Throws {@linkcode ToolFailure} `too_large` for a file that was not read to its end. */
export function assertWhole(attempt: Attempt, { bytes, whole }: { bytes: number; whole: boolean }): void {
  if (whole) return;
  throw new ToolFailure("too_large", `${cannot(attempt)}: it has more than ${bytes} bytes`, {
    hint: "Change it with a command, if you have a terminal",
  });
}

/** `Cannot read "a.txt"`, to be followed by a colon and the state. */
export function cannot(attempt: Attempt): string {
  return `Cannot ${attempt.verb} "${attempt.path}"`;
}

async function missing(attempt: Attempt): Promise<ToolFailure> {
  const directory = dirname(attempt.absolute);
  const names = await readdir(directory).catch(() => null);
  if (names === null) {
    const existing = await nearestDirectory(directory);
    return notFound(attempt, `"${directory}" does not exist either, "${existing}" does`);
  }
  const alike = nearest(basename(attempt.absolute), names.slice(0, COMPARED_NAMES), { count: 5, least: 0.4 });
  return notFound(attempt, alike.length === 0 ? undefined : `In the same directory: ${alike.join(", ")}`);
}

function notFound(attempt: Attempt, hint: string | undefined): ToolFailure {
  const options = hint === undefined ? {} : { hint };
  return new ToolFailure("not_found", `${cannot(attempt)}: there is no such file`, options);
}

async function nearestDirectory(directory: string): Promise<string> {
  const parent = dirname(directory);
  if (parent === directory) return directory;
  return await readdir(parent).then(() => parent, () => nearestDirectory(parent));
}
