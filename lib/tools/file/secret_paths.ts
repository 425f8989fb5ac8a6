import { sep } from "node:path";
import process from "node:process";
import { ToolFailure } from "../../support/errors.ts";
import { homeDirectory } from "../../support/home_directory.ts";
import { keysRisk } from "../approval/path_risks.ts";
import type { ToolContext } from "../tool.ts";
import { type Attempt, cannot } from "./file_failure.ts";
import { realTarget } from "./paths.ts";

/** Whether a path, absolute and without symbolic links, is one of the places that hold keys, or lies in one. */
export type SecretPlaces = (real: string) => boolean;

const WHY = "it holds keys of hermes, or what decides about agents";

/** The places of the context, wherever symbolic links lead them. */
export async function secretPlaces({ secretPaths }: ToolContext): Promise<SecretPlaces> {
  const places = await Promise.all(secretPaths.map((path) => realTarget(path).catch(() => path)));
  return (real) => places.some((place) => real === place || real.startsWith(place + sep));
}

/** Whether reading a path, absolute and without symbolic links, asks first: it holds keys of the user. */
export function isUsersSecret(real: string, { secretPaths }: Pick<ToolContext, "secretPaths">): boolean {
  return keysRisk(real, "/", { home: homeDirectory(process.env), secretPaths }) !== null;
}

/** Asks for a read of what holds keys of the user. Rejects with {@linkcode ToolFailure} `denied`, or the signal's reason. */
export async function askForKeys(real: string, context: ToolContext): Promise<void> {
  if (isUsersSecret(real, context)) await context.approve({ type: "read", path: real }, context.signal);
}

/** Throws {@linkcode ToolFailure} `denied`, and counts it, when `real` holds keys of the program. */
export async function assertNotSecret(attempt: Attempt, real: string, context: ToolContext): Promise<void> {
  if (!(await secretPlaces(context))(real)) return;
  context.evidence.denied(`${attempt.verb} ${real}`, WHY);
  throw new ToolFailure("denied", `${cannot(attempt)}: ${WHY}, which agents do not get`, {
    hint: "A program that needs a key is started by the user, with that key in its own environment",
  });
}
