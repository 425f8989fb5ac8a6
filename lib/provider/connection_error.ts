import { ProviderError } from "../support/errors.ts";
import { placeOf } from "./http_error.ts";
import type { Lease } from "./provider.ts";

/** What the fetch of both runtimes says, in the words of a sentence; the first that fits. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/refused/i, "the connection was refused"],
  [/ENOTFOUND|EAI_AGAIN|dns error|name or service not known/i, "its host name is unknown"],
  [/certificate|CERT_|self.signed/i, "its certificate is not trusted"],
  [/InvalidContentType|EPROTO|TLS|SSL/, "it does not speak TLS there"],
  [/ECONNRESET|closed|reset|broken pipe|reading a body/i, "the connection was closed in mid-answer"],
  [/timed? ?out/i, "the connection timed out"],
  [/unreachable/i, "its network is unreachable"],
  [/blocked/i, "its port is blocked for HTTP"],
];

/**
 * The error for a connection that did not come about or broke off. The runtime's own words go no further: they may
 * hold the request's headers.
 */
export function connectionError(lease: Lease, thrown: unknown): ProviderError {
  const words = wordsOf(thrown);
  const known = REASONS.find(([pattern]) => pattern.test(words));
  const message = `Cannot reach ${placeOf(lease)}: ${known?.[1] ?? "the connection failed"}`;
  return new ProviderError("unreachable", message, {
    retryable: true,
    hint: "Check that the server runs and that base_url in config.yaml is right",
  });
}

/** Both runtimes hide the system's reason in `cause` or in `code`. */
function wordsOf(thrown: unknown): string {
  const words: string[] = [];
  for (let error = thrown; error instanceof Error && words.length < 20; error = error.cause) {
    words.push("code" in error ? String(error.code) : "", error.message);
  }
  return words.join(" ");
}
