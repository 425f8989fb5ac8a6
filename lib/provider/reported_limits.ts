import type { Allowance, ReportedLimits } from "./provider.ts";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * What a response says is left of its server's limits: `x-ratelimit-remaining-requests` and `-tokens` with
 * `x-ratelimit-reset-…` beside them, as OpenAI documents them; a half of a pair says nothing. Null
 * when it says nothing of either.
 */
export function reportedLimits(headers: Headers): ReportedLimits | null {
  const requests = allowance(headers, "requests");
  const tokens = allowance(headers, "tokens");
  if (requests === null && tokens === null) return null;
  return { ...(requests === null ? {} : { requests }), ...(tokens === null ? {} : { tokens }) };
}

function allowance(headers: Headers, what: string): Allowance | null {
  const left = headers.get(`x-ratelimit-remaining-${what}`);
  const resetMs = durationMs(headers.get(`x-ratelimit-reset-${what}`));
  return left === null || !/^\d+$/.test(left) || resetMs === null ? null : { left: Number(left), resetMs };
}

/** `6m0s`, `1.5s`, `20ms`, or a number of seconds; a moment since the epoch is none. */
function durationMs(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{1,6}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
    .reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS_MS[unit] ?? 0), 0);
}
