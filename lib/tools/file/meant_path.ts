import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { ToolFailure } from "../../support/errors.ts";
import type { ToolContext } from "../tool.ts";
import { type Attempt, cannot } from "./file_failure.ts";
import { absolutePath, isMissing } from "./paths.ts";
import { plainName } from "./plain_name.ts";

/**
 * What a path means: what is there by that name, or else the one thing whose name is only written otherwise, in
 * composed characters, blanks, quotes, hyphens or case. Of a path to something new the directories are found so, and no
 * second file is made beside one that is only written otherwise. Throws {@linkcode ToolFailure} where several are meant,
 * and when the directory that the agent works in is gone.
 */
export async function meantBy(verb: Attempt["verb"], path: string, context: ToolContext): Promise<Attempt> {
  const exact: Attempt = { verb, path, absolute: absolutePath(context.cwd, path) };
  if (!await isGone(exact.absolute)) return exact;
  await assertWorkingDirectory(exact, context.cwd);
  const absolute = await follow(exact);
  return absolute === exact.absolute ? exact : { ...exact, absolute };
}

/** A name that a model can copy letter by letter, whatever looks like it. */
export function spelledOut(name: string): string {
  return JSON.stringify(name).replace(/[^ -~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

async function isGone(path: string): Promise<boolean> {
  return await lstat(path).then(() => false, isMissing);
}

/** Nothing is made in the place of a directory that was taken away from under its agent. */
async function assertWorkingDirectory(attempt: Attempt, cwd: string): Promise<void> {
  const path = relative(cwd, attempt.absolute);
  if (path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path) || !await isGone(cwd)) return;
  throw new ToolFailure("io_error", `${cannot(attempt)}: the working directory "${cwd}" is gone`, {
    hint: "It is not made anew. What lies elsewhere is reached by its absolute path",
  });
}

async function follow(attempt: Attempt): Promise<string> {
  const parts = attempt.absolute.split(sep).filter((part) => part !== "");
  let at = attempt.absolute.slice(0, attempt.absolute.indexOf(sep) + 1);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const found = await isGone(join(at, part)) ? await nameIn(at, part, { attempt, isLast }) : part;
    if (found === null) return join(at, ...parts.slice(index));
    at = join(at, found);
  }
  return at;
}

interface Wanted {
  readonly attempt: Attempt;
  readonly isLast: boolean;
}

/** The one name in a directory that is the wanted one but for how it is written; null: there is none. */
async function nameIn(
  directory: string,
  wanted: string,
  { attempt, isLast }: Wanted,
): Promise<string | null> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((): Dirent[] => []);
  // A file that is made beside a directory is no second one of it.
  const fitting = entries.filter((entry) => !(isLast && attempt.verb === "write" && entry.isDirectory()));
  const names = fitting.map((entry) => entry.name);
  const alike = names.filter((name) => plainName(name) === plainName(wanted));
  const meant = alike.length > 0
    ? alike
    : names.filter((name) => plainName(name).toLowerCase() === plainName(wanted).toLowerCase());
  if (meant.length < 2) return meant[0] ?? null;
  const state =
    `there is no "${wanted}" in "${directory}", but several names that are only written otherwise`;
  throw new ToolFailure("not_found", `${cannot(attempt)}: ${state}`, {
    hint: `They are ${meant.sort().slice(0, 10).map(spelledOut).join(", ")}`,
  });
}
