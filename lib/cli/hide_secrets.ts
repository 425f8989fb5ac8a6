import { createRedactor, type KnownSecret } from "../support/redact.ts";
import { hideUrlSecrets } from "../support/url_secrets.ts";

/** Stands where a secret was. */
const HIDDEN = "***";

/** An address without any of these secrets, and without the user, the password and the keys of URLs. */
export function hideSecrets(text: string, secrets: readonly KnownSecret[]): string {
  return createRedactor(secrets, { marker: () => HIDDEN }).text(hideUrlSecrets(text, HIDDEN));
}
