import { join, resolve } from "node:path";
import { UserError } from "../support/errors.ts";

/** The environment of the process, passed in so that tests have their own. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The exit code of a configuration that cannot be used. */
export const EXIT_CONFIG = 78;

/** The absolute state directory: HERMES_HOME, else `.hermes` in HOME (USERPROFILE on Windows). Throws {@linkcode UserError}. */
export function hermesHome(env: Env): string {
  if (env.HERMES_HOME) return resolve(env.HERMES_HOME);
  const userHome = env.HOME || env.USERPROFILE;
  if (userHome) return join(resolve(userHome), ".hermes");
  throw new UserError("Cannot find the state directory: neither HERMES_HOME nor HOME is set", {
    hint: "Set HERMES_HOME to a directory of yours, for example: export HERMES_HOME=/path/to/.hermes",
    exitCode: EXIT_CONFIG,
  });
}
