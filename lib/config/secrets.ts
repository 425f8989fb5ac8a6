import { parse } from "dotenv";
import { join } from "node:path";
import { type Env } from "./home.ts";
import { readCredentials, type StoredKey } from "./credentials.ts";
import { namesAPlace } from "../support/names_a_place.ts";
import { readIfThere } from "./read_file.ts";

/** What the environment and `$HERMES_HOME/.env` know; the environment wins. */
export interface Secrets {
  /** The value of a variable; undefined when it is unset or empty. */
  get(name: string): string | undefined;
  /** The keys that `hermes auth add` stored for a provider. */
  stored(provider: string): readonly StoredKey[];
  /** Every value that must never be shown, longest first. */
  readonly values: readonly string[];
}

/** Names whose values are secrets, whatever they are for: one of their words says so. */
const SECRET_NAME =
  /(?:^|_)(?:api)?(?:keys?|tokens?|secrets?|password|passwd|credentials?|cookies?|pat)(?:_|$)/i;
/** A shorter value would be found in harmless text, too. */
const MIN_SECRET_CHARS = 8;

/** Reads `.env` and `credentials.json` in `home`; throws a `UserError` when one is there and cannot be read. */
export function readSecrets(home: string, env: Env): Secrets {
  const file = readIfThere(join(home, ".env"));
  const stored = file === null ? {} : parse(file);
  const all: Env = { ...stored, ...withoutEmpty(env) };
  const kept = readCredentials(home);
  const named = Object.entries(all).filter(([name, value = ""]) =>
    SECRET_NAME.test(name) && !namesAPlace(name, value)
  );
  return {
    get: (name) => (Object.hasOwn(all, name) ? all[name] : undefined) || undefined,
    stored: (provider) => (Object.hasOwn(kept, provider) ? kept[provider] : undefined) ?? [],
    values: secretValues([
      ...named.map(([, value]) => value),
      ...Object.values(kept).flat().map(({ key }) => key),
    ]),
  };
}

/** The same secrets, with more values that must not be shown. */
export function withSecretValues(secrets: Secrets, more: readonly string[]): Secrets {
  return { ...secrets, values: secretValues([...secrets.values, ...more]) };
}

function secretValues(values: readonly (string | undefined)[]): string[] {
  const long = values.filter((value) => value !== undefined && value.length >= MIN_SECRET_CHARS);
  return [...new Set(long as string[])].sort((a, b) => b.length - a.length); // undefined was filtered out
}

function withoutEmpty(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value));
}
