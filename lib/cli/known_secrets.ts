import { hermesHome } from "../config/home.ts";
import { loadConfig } from "../config/load.ts";
import { readSecrets } from "../config/secrets.ts";
import type { KnownSecret } from "../support/redact.ts";
import type { Io } from "./io.ts";

/**
 * Every value that must not be shown, as far as it can be known: without a configuration that can be read, those of
 * the environment and the state directory; without these, none. Never throws.
 */
export function knownSecretsOf(env: Io["env"]): readonly KnownSecret[] {
  for (
    const load of [() => loadConfig(hermesHome(env), env).secrets, () => readSecrets(hermesHome(env), env)]
  ) {
    try {
      return load().known;
    } catch {
      continue; // what is wrong there is said by the command that needs it
    }
  }
  return [];
}
