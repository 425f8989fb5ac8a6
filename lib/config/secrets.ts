import { join } from "node:path";
import type { KnownSecret } from "../support/redact.ts";
import { secretsOfVariable } from "./config_secrets.ts";
import { readCredentials, type StoredKey } from "./credentials.ts";
import { parseEnvFile } from "./env_file.ts";
import { type Env } from "./home.ts";
import { readIfThere } from "./read_file.ts";

/** What the environment and `$HERMES_HOME/.env` know; the environment wins. */
export interface Secrets {
  /** The value of a variable; undefined when it is unset or empty. */
  get(name: string): string | undefined;
  /** The keys that `hermes auth add` stored for a provider. */
  stored(provider: string): readonly StoredKey[];
  /** Every value that must never be shown, under the name by which people know it; each once. */
  readonly known: readonly KnownSecret[];
}

/** Reads `.env` and `credentials.json` in `home`; throws a `UserError` when one is there and cannot be read. */
export function readSecrets(home: string, env: Env): Secrets {
  const file = readIfThere(join(home, ".env"));
  const stored = file === null ? {} : parseEnvFile(file, env);
  const all: Env = { ...stored, ...withoutEmpty(env) };
  const kept = readCredentials(home);
  return {
    get: (name) => (Object.hasOwn(all, name) ? all[name] : undefined) || undefined,
    stored: (provider) => (Object.hasOwn(kept, provider) ? kept[provider] : undefined) ?? [],
    known: once([
      ...Object.entries(stored).flatMap(([name, value]) => secretsOfVariable(name, value, true)),
      ...Object.entries(env).flatMap(([name, value = ""]) => secretsOfVariable(name, value, false)),
      ...Object.values(kept).flat().map(({ key }) => ({ name: "secret", value: key })),
    ]),
  };
}

/** The same secrets, with more that must not be shown. */
export function withMoreSecrets(secrets: Secrets, more: readonly KnownSecret[]): Secrets {
  return { ...secrets, known: once([...secrets.known, ...more]) };
}

function once(secrets: readonly KnownSecret[]): KnownSecret[] {
  const byValue = new Map<string, KnownSecret>();
  for (const secret of secrets) {
    if (secret.value !== "" && !byValue.has(secret.value)) byValue.set(secret.value, secret);
  }
  return [...byValue.values()];
}

function withoutEmpty(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value));
}
