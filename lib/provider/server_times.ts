/** What a unit of time is in milliseconds, by how servers write it. */
const UNITS_MS: readonly (readonly [RegExp, number])[] = [
  [/^n(ano)?s/, 1e-6],
  [/^([uµμ]s|micros)/, 1e-3],
  [/^(ms|milli)/, 1],
  [/^s/, 1000],
  [/^m/, 60_000],
  [/^h/, 3_600_000],
  [/^d/, 86_400_000],
];
const UNIT =
  "(?:ns|nanos(?:econds?)?|[uµμ]s|micros(?:econds?)?|ms|millis(?:econds?)?|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)";
/** `6m0s`, `1.5s`, `20ms`, `2 minutes and 3 seconds`. */
const DURATION =
  `(?:\\d+(?:\\.\\d+)?\\s{0,2}${UNIT}(?![a-zµμ])(?:,? and |,? )?)+|(?:\\d+(?:\\.\\d+)?${UNIT})+`;
const WHOLE = new RegExp(`^\\s*(?:${DURATION})\\s*$`, "i");
const PART = new RegExp(`(\\d+(?:\\.\\d+)?)\\s{0,2}(${UNIT})`, "gi");
/** `Please try again in 20s`, `retry after 26 seconds`, `wait 3 minutes`. */
const ASKED = new RegExp(
  `\\b(?:try again|retry(?:ing)?|wait|resets?|available)\\b(?: [a-z]+){0,4}:? (${DURATION})(?![a-zµμ])`,
  "i",
);
/** The longest time that is told: what is longer is taken for this. */
export const LONGEST_WAIT_MS = 7 * 86_400_000;
/** Numbers from here on are moments since the epoch, in seconds, and from there on in milliseconds (2001). */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;

/** A duration as servers write it, `1m30s` or `2 minutes`, in milliseconds; null for anything else. */
export function durationMs(text: string): number | null {
  if (!WHOLE.test(text)) return null;
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * unitMs(unit),
    0,
  );
}

/** The wait that a sentence asks for, as in `Please try again in 20s`, in milliseconds; null when it asks for none. */
export function askedMs(sentence: string): number | null {
  const [, duration] = ASKED.exec(sentence) ?? [];
  return duration === undefined ? null : bounded(durationMs(duration.replace(/[\s,]*(and)?\s*$/, "")));
}

/**
 * How long it is until what a header or a field names: seconds, a duration, a date, or a moment since the epoch in
 * seconds or milliseconds; in milliseconds, from 0 up to {@linkcode LONGEST_WAIT_MS}. `now` as the server's clock has it.
 * Null for anything else.
 */
export function untilMs(text: string, now: number): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d*)?$/.test(trimmed)) return bounded(ofNumber(Number(trimmed), now));
  const duration = durationMs(trimmed);
  if (duration !== null) return bounded(duration);
  const isDate = /^[a-z]{3},? |^\d{4}-\d\d-\d\d[t ]/i.test(trimmed);
  return isDate ? bounded(Date.parse(trimmed) - now) : null;
}

/** What the time is for the server of a response, by its `Date`; `now` where it does not say. */
export function serverNow(headers: Headers, now: number): number {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? now : date;
}

function ofNumber(value: number, now: number): number {
  if (value >= EPOCH_MS) return value - now;
  return value >= EPOCH_S ? value * 1000 - now : value * 1000;
}

function bounded(ms: number | null): number | null {
  if (ms === null || Number.isNaN(ms)) return null;
  return Math.min(Math.max(0, Math.round(ms)), LONGEST_WAIT_MS);
}

function unitMs(unit: string): number {
  return UNITS_MS.find(([pattern]) => pattern.test(unit.toLowerCase()))?.[1] ?? 0;
}
