import type { Allowance, ReportedLimits } from "./provider.ts";
import { LONGEST_WAIT_MS, serverNow, untilMs } from "./server_times.ts";

/** One limit as its headers name it. */
interface Named {
  readonly kind: keyof ReportedLimits;
  readonly fields: Map<string, string>;
}

/** `x-ratelimit-remaining-tokens`, `anthropic-ratelimit-input-tokens-reset`, `ratelimit-limit`, `x-ratelimit-reset-requests-day`. */
const NAME = /^(?:x-|anthropic-)*ratelimit-([a-z-]+)$/;
const FIELDS = ["limit", "remaining", "reset"];
/** `limit=10, remaining=0, reset=5` and `"default";r=0;t=5` (drafts of the IETF's RateLimit header). */
const COMBINED: readonly (readonly [field: string, pattern: RegExp])[] = [
  ["limit", /\b(?:limit|q)=(\d+)/],
  ["remaining", /\b(?:remaining|r)=(\d+)/],
  ["reset", /\b(?:reset|t)=(\d+)/],
];

/**
 * What a response says is left of its server's limits: headers that name what remains and when all of it is there again,
 * in the families of OpenAI, Anthropic, the IETF and those who write like them. Resets are seconds, durations, dates or
 * moments since the epoch. Of several limits on the same the tightest counts; a half of a pair says nothing. Null when
 * nothing is said of either. `now` in milliseconds since the epoch.
 */
export function reportedLimits(headers: Headers, now: number): ReportedLimits | null {
  const limits = namedLimits(headers);
  if (limits.length === 0) return null;
  const at = serverNow(headers, now);
  const tightest = (kind: keyof ReportedLimits) =>
    limits.filter((each) => each.kind === kind).map((each) => allowance(each, at))
      .filter((each) => each !== null).sort((a, b) => a.left - b.left || b.resetMs - a.resetMs)[0];
  const requests = tightest("requests");
  const tokens = tightest("tokens");
  if (requests === undefined && tokens === undefined) return null;
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) };
}

function namedLimits(headers: Headers): readonly Named[] {
  const found = new Map<string, Named>();
  for (const [name, value] of headers) {
    if (!name.includes("ratelimit")) continue;
    if (name === "ratelimit") found.set(name, { kind: "requests", fields: combined(value) });
    const words = NAME.exec(name)?.[1]?.split("-") ?? [];
    const field = words.find((word) => FIELDS.includes(word));
    if (field === undefined || words.includes("output")) continue; // an answer's length is not known before
    const what = words.filter((word) => word !== field).join("-");
    const limit = found.get(what) ??
      { kind: what.includes("token") ? "tokens" : "requests", fields: new Map() };
    found.set(what, limit);
    limit.fields.set(field, value);
  }
  return [...found.values()];
}

function combined(value: string): Map<string, string> {
  return new Map(COMBINED.flatMap(([field, pattern]) => {
    const found = pattern.exec(value)?.[1];
    return found === undefined ? [] : [[field, found] as const];
  }));
}

function allowance({ fields }: Named, now: number): Allowance | null {
  const left = numberOf(fields.get("remaining"));
  const resetMs = untilMs(fields.get("reset") ?? "", now);
  const limit = numberOf(fields.get("limit"));
  // A reset that is so far away says nothing of a window.
  if (left === null || resetMs === null || resetMs >= LONGEST_WAIT_MS) return null;
  return { left, resetMs, ...(limit === null || limit <= 0 ? {} : { limit }) };
}

/** `0`, `14370`, `100;w=60`; less than nothing is nothing. */
function numberOf(text: string | undefined): number | null {
  const [, number] = /^\s*(-?\d+)(?:\.\d*)?\s*(?:[,;]|$)/.exec(text ?? "") ?? [];
  return number === undefined ? null : Math.max(0, Number(number));
}
