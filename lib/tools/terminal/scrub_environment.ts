import { namesAPlace } from "../../support/names_a_place.ts";
import { isOrdinary } from "../../support/ordinary_value.ts";
import type { KnownSecret } from "../../support/redact.ts";
import { isSecretName } from "../../support/secret_names.ts";
import { secretsOfUrls } from "../../support/url_secrets.ts";

/** Variables that a command always gets. */
const KEPT = /^(PATH|HOME|LANG|LC_[A-Z]+|TERM|TZ|USER|SHELL|TMPDIR)$/;
/**
 * The variables of `env` that a command may see: none named like a secret, unless it only says where one is, and none
 * that holds one of `secrets`.
 */
export function scrubEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly KnownSecret[],
): Record<string, string> {
  const telling = secrets.map(({ value }) => value).filter((value) => !isOrdinary(value));
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    if (value === undefined || telling.some((secret) => value.includes(secret))) return false;
    if (KEPT.test(name) || namesAPlace(name, value)) return true;
    return !isSecretName(name) && secretsOfUrls(value).length === 0;
  });
  return Object.fromEntries(kept);
}
