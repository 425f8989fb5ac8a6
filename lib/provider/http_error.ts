import { ProviderError, type ProviderErrorCode } from "../support/errors.ts";
import { errorKind } from "./error_kinds.ts";
import type { Lease } from "./provider.ts";
import { placeOf } from "./place_of.ts";
import { retryAfterMs } from "./retry_after.ts";
import { serverNow } from "./server_times.ts";
import { type ServerWords, serverWords } from "./server_words.ts";

/** The error for a response that is no success. `now` in milliseconds since the epoch, for a Retry-After date. */
export function statusError(
  lease: Lease,
  response: { readonly status: number; readonly headers: Headers; readonly body: string },
  now: number,
): ProviderError {
  const { status, headers } = response;
  const said = serverWords(response.body, serverNow(headers, now));
  const message = `${placeOf(lease)} answered ${status}${colon(said.text)}`;
  return errorOf(lease, { status, message, said, waitMs: retryAfterMs(headers, now) ?? null });
}

/** The error for a redirect: following it could carry the key to another host. */
export function redirectError(lease: Lease, location: string | null): ProviderError {
  const target = location === null ? "somewhere" : `"${targetOf(location, lease)}"`;
  const message = `${
    placeOf(lease)
  } redirects to ${target}; requests are not redirected, because they carry a key`;
  return new ProviderError("bad_request", withoutKey(message, lease), {
    retryable: false,
    hint: `If that is its address now, set providers.${lease.provider}.base_url in config.yaml`,
  });
}

/** The error for an answer in the stream's own terms, such as `data: {"error": …}`. */
export function streamedError(lease: Lease, error: unknown): ProviderError {
  const said = serverWords(JSON.stringify({ error }), NaN);
  const message = `${placeOf(lease)} broke off with an error${colon(said.text)}`;
  return errorOf(lease, { status: said.status, message, said, waitMs: null });
}

interface Failure {
  readonly status: number | null;
  readonly message: string;
  readonly said: ServerWords;
  /** What the headers ask for, which goes before what the body says. */
  readonly waitMs: number | null;
}

function errorOf(lease: Lease, { status, message, said, waitMs }: Failure): ProviderError {
  const { code, isGuess } = errorKind(status, said.words);
  const retryable = isRetryable(status, code);
  const wait = waitMs ?? (retryable || code === "quota" ? said.waitMs : null);
  return new ProviderError(code, withoutKey(message, lease), {
    retryable,
    isGuess,
    ...(status === null ? {} : { status }),
    ...(wait === null ? {} : { retryAfterMs: wait }),
    ...hintFor(code, lease),
  });
}

/** Errors that may not come again, whatever their status. */
const PASSING: readonly ProviderErrorCode[] = ["rate_limited", "malformed"];

function isRetryable(status: number | null, code: ProviderErrorCode): boolean {
  if (PASSING.includes(code)) return true;
  return code === "server" && status !== 501 && status !== 505;
}

function hintFor(code: ProviderErrorCode, lease: Lease): { hint?: string } {
  if (code === "auth") {
    return { hint: `Check the key of provider "${lease.provider}" (${lease.keyName ?? "none is set"})` };
  }
  if (code === "quota") return { hint: `The account of provider "${lease.provider}" has no credit left` };
  if (code === "bad_request") return { hint: "Check the model's name and the provider (hermes models)" };
  return {};
}

function colon(text: string): string {
  return text === "" ? "" : `: ${text}`;
}

/** A server may echo what it was sent. */
function withoutKey(text: string, { key }: Lease): string {
  return key === null || key === "" ? text : text.replaceAll(key, "[key]");
}

/** Scheme, host, port and path; a query may hold secrets. */
function targetOf(location: string, { baseUrl }: Lease): string {
  if (!URL.canParse(location, baseUrl)) return "an invalid address";
  const { origin, pathname } = new URL(location, baseUrl);
  return `${origin}${pathname}`;
}
