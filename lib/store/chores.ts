import type { Database } from "./database.ts";

/** When a chore is due. Milliseconds since the epoch. */
export interface ChoreTime {
  readonly now: number;
  readonly everyMs: number;
}

/** Takes a chore that is due; false when it was taken less than `everyMs` ago. Of several processes one gets it. */
export function takeChore(database: Database, name: string, { now, everyMs }: ChoreTime): boolean {
  // One that was taken in the future was taken by a clock that went wrong.
  const sql = `INSERT INTO chores (name, taken_at) VALUES (?1, ?2)
    ON CONFLICT (name) DO UPDATE SET taken_at = ?2 WHERE taken_at <= ?2 - ?3 OR taken_at > ?2`;
  return database.run(sql, name, now, everyMs) === 1;
}

/** Lets the next who asks take it, because whoever took it did not come to its end. */
export function giveBackChore(database: Database, name: string): void {
  database.run("DELETE FROM chores WHERE name = ?", name);
}

/** When a chore was taken last; null: never, or it was given back. */
export function choreTakenAt(database: Database, name: string): number | null {
  const sql = "SELECT taken_at AS at FROM chores WHERE name = ?";
  return database.get<{ at: number }>(sql, name)?.at ?? null;
}
