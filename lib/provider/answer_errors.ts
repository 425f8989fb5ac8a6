import { ProviderError } from "../support/errors.ts";
import { placeOf } from "./place_of.ts";
import type { Lease } from "./provider.ts";

/** The error for what was thrown while an answer was read. */
export function readingError(error: unknown, lease: Lease): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof SyntaxError) {
    return malformedError(lease, "it is not JSON where it should be", { retryable: true });
  }
  const message = `Cannot use the answer of ${placeOf(lease)}: the connection was closed before its end`;
  return new ProviderError("cut", message, { retryable: true, cause: error });
}

/** The error for an answer that is not the protocol. */
export function malformedError(
  lease: Lease,
  state: string,
  options: { readonly retryable: boolean },
): ProviderError {
  return new ProviderError("malformed", `Cannot use the answer of ${placeOf(lease)}: ${state}`, options);
}

/** The error for a web page in place of an answer. */
export function webPageError(lease: Lease): ProviderError {
  const state = "it is a web page; base_url may lack its path, such as /v1";
  return malformedError(lease, state, { retryable: false });
}
