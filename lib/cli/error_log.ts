import { closeSync, constants, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { inspect } from "node:util";
import { hermesHome } from "../config/home.ts";
import { createRedactor } from "../support/redact.ts";
import { knownSecretsOf } from "./known_secrets.ts";
import { VERSION } from "../support/version.ts";
import type { Io } from "./io.ts";

/** Adds at the end, and waits for nobody to read it, should it be a pipe. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Adds a thrown value with its stack and causes to `$HERMES_HOME/logs/errors.log`, which only its owner can read,
 * and returns the file's path. Known secrets are left out. Throws when it cannot be written.
 */
export function logInternalError(thrown: unknown, { env }: Pick<Io, "env">): string {
  const home = hermesHome(env);
  const folder = join(home, "logs");
  const path = join(folder, "errors.log");
  const details = createRedactor(knownSecretsOf(env)).text(inspect(thrown, { depth: 4 }));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Appending by name would widen the mode of the file on one of our runtimes.
  const file = openSync(path, FLAGS, 0o600);
  try {
    const head = `${new Date().toISOString()} hermes ${VERSION} ${process.platform}-${process.arch}`;
    writeSync(file, `${head}\n${details}\n\n`);
  } finally {
    closeSync(file);
  }
  return path;
}
