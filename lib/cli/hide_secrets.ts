/** Stands where a secret was. */
const HIDDEN = "***";

/** An address without any of these values, and without the user and password of URLs. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  return hidden.replace(/(\w:\/\/)[^\s/@]+@/g, `$1${HIDDEN}@`);
}
