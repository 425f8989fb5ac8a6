import { namesAPlace } from "../../support/names_a_place.ts";

/** Variables that a command always gets. */
const KEPT = /^(PATH|HOME|LANG|LC_[A-Z]+|TERM|TZ|USER|SHELL|TMPDIR)$/;
/** Names that people give to secrets. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|_AUTH$|_PAT$/i;
/** A URL with a password in it, as in DATABASE_URL. */
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;
/** Shorter values are words that happen to be somebody's password; hiding them would hide half the environment. */
const MIN_SECRET_CHARS = 6;

/**
 * The variables of `env` that a command may see: none named like a secret, unless it only says where one is, and none
 * that holds one of `secrets`.
 */
export function scrubEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
): Record<string, string> {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_CHARS);
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    if (value === undefined || known.some((secret) => value.includes(secret))) return false;
    if (KEPT.test(name) || namesAPlace(name, value)) return true;
    return !SECRET_NAME.test(name) && !URL_WITH_PASSWORD.test(value);
  });
  return Object.fromEntries(kept);
}
