import type { ProviderError } from "../support/errors.ts";

/** How stubbornly a request is repeated. Times in milliseconds. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  /** The same for refusals over a rate limit, which say nothing against the request. */
  readonly maxRateLimited: number;
  /** The longest wait before the second try; doubled for each further one, up to `capMs`. */
  readonly baseMs: number;
  readonly capMs: number;
  /** A server that asks for a longer wait than this is not asked again. */
  readonly longestRetryAfterMs: number;
}

/** Four tries, ten against a rate limit; at most 0.5, 1 and 2 s between them where the server names no time. */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 4,
  maxRateLimited: 10,
  baseMs: 500,
  capMs: 30_000,
  longestRetryAfterMs: 120_000,
};

/**
 * Whether a request is sent once more that failed with this error, or its like, `attempt` times. What the store cannot
 * do the broker has waited for itself.
 */
export function isRetried(error: ProviderError, attempt: number, policy: RetryPolicy): boolean {
  if (error.code === "store") return false;
  const most = error.code === "rate_limited" ? policy.maxRateLimited : policy.maxAttempts;
  if (!error.retryable || attempt >= most) return false;
  return (error.retryAfterMs ?? 0) <= policy.longestRetryAfterMs;
}

/** Whether an error of this code says something of the key alone: another may do. */
export function isOfOneKey(code: string): boolean {
  return code === "rate_limited" || code === "quota" || code === "auth";
}

/**
 * How long to wait before try number `attempt` (2 or more), in milliseconds: exponential with full jitter, and
 * never less than the server asked for, plus up to a quarter of it, so that those who wait for the same time part.
 * `random` is in [0, 1).
 */
export function retryDelayMs(
  attempt: number,
  random: number,
  options: { readonly retryAfterMs?: number | undefined; readonly policy: RetryPolicy },
): number {
  const { baseMs, capMs } = options.policy;
  const backoff = random * Math.min(capMs, baseMs * 2 ** Math.max(0, attempt - 2));
  const asked = options.retryAfterMs ?? 0;
  return Math.max(backoff, asked + random * Math.min(asked / 4, capMs));
}
