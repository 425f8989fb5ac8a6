import { UserError } from "../support/errors.ts";
import { type Env, EXIT_CONFIG } from "./home.ts";
import { type Finding, inspectConfig } from "./inspect.ts";
import type { Config } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

/** The configuration of one run. */
export interface LoadedConfig {
  readonly config: Config;
  /** Unknown keys and settings that are not heeded, each with file and line. */
  readonly warnings: readonly string[];
  /** Variables in the file that have no value, with where they stand. */
  readonly unset: readonly Finding[];
  /** Of config.yaml, whether it exists or not. */
  readonly path: string;
  readonly exists: boolean;
  readonly secrets: Secrets;
}

/** Loads config.yaml and .env of `home`; without them the defaults hold. Throws {@linkcode UserError} with file, line and key. */
export function loadConfig(home: string, env: Env): LoadedConfig {
  const { config, errors, warnings, ...found } = inspectConfig(home, env);
  if (config !== null) return { ...found, config, warnings: warnings.map(({ text }) => text) };
  const [first = found.path, ...more] = errors.map(({ text }) => text);
  throw new UserError(first, {
    exitCode: EXIT_CONFIG,
    hint: more.length === 0
      ? "Mend the file, then run: hermes config check"
      : `${more.length} more ${more.length === 1 ? "problem" : "problems"}, listed by: hermes config check`,
  });
}

/** All warnings in one line; null when there are none. */
export function warningLine(warnings: readonly string[]): string | null {
  const [first, ...more] = warnings;
  if (first === undefined) return null;
  return more.length === 0 ? first : `${first} (and ${more.length} more, listed by: hermes config check)`;
}
