import { ProviderError, type ProviderErrorCode } from "../support/errors.ts";
import type { Lease } from "./provider.ts";
import { retryAfterMs } from "./retry.ts";
import { type ServerWords, serverWords } from "./server_words.ts";

/** Where a request went, in words for an error; never with the key. */
export function placeOf(lease: Lease): string {
  return `"${lease.provider}" (${originOf(lease.baseUrl)}, model "${lease.model}")`;
}

/** The error for a response that is no success. `now` in milliseconds since the epoch, for a Retry-After date. */
export function statusError(
  lease: Lease,
  response: { readonly status: number; readonly headers: Headers; readonly body: string },
  now: number,
): ProviderError {
  const { status, headers } = response;
  const said = serverWords(response.body);
  const code = codeOf(status, said);
  const wait = retryAfterMs(headers, now);
  return new ProviderError(
    code,
    withoutKey(`${placeOf(lease)} answered ${status}${colon(said.text)}`, lease),
    {
      status,
      retryable: isRetryable(status, code),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      ...hintFor(code, lease),
    },
  );
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
  const said = serverWords(JSON.stringify({ error }));
  const code = codeOf(said.status, said);
  const message = `${placeOf(lease)} broke off with an error${colon(said.text)}`;
  return new ProviderError(code, withoutKey(message, lease), {
    retryable: isRetryable(said.status, code),
    ...(said.status === null ? {} : { status: said.status }),
    ...hintFor(code, lease),
  });
}

/** What an error says of itself, by its code, type or message. */
const SIGNS: Readonly<Record<"context_length" | "content_filter" | "quota" | "rate_limited", RegExp>> = {
  context_length:
    /context.?length|context window|maximum context|prompt is too long|too many (input |prompt )?tokens|maximum (number of )?(input )?tokens/i,
  content_filter: /content.?(filter|policy)|content management policy/i,
  // Not "billing" nor "current quota": ordinary rate limits of OpenAI and Google speak of both.
  quota:
    /insufficient.?(quota|balance|credit|funds)|credit balance|out of credits|billing_(hard_limit|not_active)/i,
  rate_limited: /rate.?limit|too many requests/i,
};

type Sign = keyof typeof SIGNS;

/** Which code a status is, and which signs are believed under it; what is not here is the class of the status. */
const BY_STATUS: ReadonlyMap<number, { readonly code: ProviderErrorCode; readonly signs: readonly Sign[] }> =
  new Map([
    [401, { code: "auth", signs: ["quota"] }],
    [402, { code: "quota", signs: [] }],
    [403, { code: "auth", signs: ["quota", "content_filter"] }],
    [408, { code: "server", signs: [] }],
    [409, { code: "server", signs: [] }],
    [425, { code: "server", signs: [] }],
    [429, { code: "rate_limited", signs: ["quota"] }],
  ]);

function codeOf(status: number | null, said: ServerWords): ProviderErrorCode {
  const { code, signs } = rowOf(status);
  const fits = (sign: Sign) => SIGNS[sign].test(said.text) || SIGNS[sign].test(said.code);
  return signs.find(fits) ??
    (status === null && /invalid_(request|prompt)/.test(said.code) ? "bad_request" : code);
}

function rowOf(status: number | null): { readonly code: ProviderErrorCode; readonly signs: readonly Sign[] } {
  if (status === null) {
    return { code: "server", signs: ["context_length", "content_filter", "quota", "rate_limited"] };
  }
  const known = BY_STATUS.get(status);
  if (known !== undefined) return known;
  if (status >= 500) return { code: "server", signs: [] };
  return { code: "bad_request", signs: ["context_length", "content_filter", "quota"] };
}

function isRetryable(status: number | null, code: ProviderErrorCode): boolean {
  if (code === "rate_limited") return true;
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

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "an invalid address";
}
