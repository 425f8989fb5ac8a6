import { serverNow, untilMs } from "./server_times.ts";

/**
 * The wait that a response asks for, in milliseconds from `now` (since the epoch): `retry-after-ms`, or `Retry-After` in
 * seconds, as a date (RFC 9110, 10.2.3) or as servers write it else. Dates are told by the server's own clock. Undefined
 * where there is none that makes sense.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = Number(headers.get("retry-after-ms") || NaN);
  if (exact > 0) return untilMs(`${exact / 1000}`, now) ?? undefined;
  const text = headers.get("retry-after") ?? "";
  return untilMs(text, serverNow(headers, now)) ?? (exact === 0 ? 0 : undefined);
}
