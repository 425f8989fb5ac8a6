const DAY_MS = 86_400_000;

/**
 * The day of a moment in milliseconds since the epoch, in UTC, as `2026-02-28`. Not the local one: the first look at the
 * local time costs a start 4 to 10 ms (the compiled binary loads its time zones then).
 */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** When that day began, in milliseconds since the epoch. */
export function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}
