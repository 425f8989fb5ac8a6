import { statSync } from "node:fs";
import type { Database } from "./database.ts";

/** How a database is. */
export interface DatabaseHealth {
  /** Of its schema. */
  readonly version: number;
  /** What is wrong in the file, in words of SQLite or ours; nothing when it is sound. */
  readonly faults: readonly string[];
  /** Of all its files together. */
  readonly bytes: number;
  readonly sessions: number;
}

/** How many faults are told. */
const MAX_FAULTS = 5;

/** Reads the whole database and says how it is; changes nothing. Throws {@linkcode StoreError} when it cannot be read. */
export function checkDatabase(database: Database): DatabaseHealth {
  const checked = database.all<{ quick_check: string }>(`PRAGMA quick_check(${MAX_FAULTS})`);
  return {
    version: database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0,
    faults: [
      ...checked.map(({ quick_check }) => quick_check).filter((text) => text !== "ok"),
      ...damagedRows(database),
    ],
    bytes: ["", "-wal", "-shm"].reduce((sum, suffix) => sum + sizeOf(database.path + suffix), 0),
    sessions: database.get<{ count: number }>("SELECT count(*) AS count FROM sessions")?.count ?? 0,
  };
}

/** The columns that hold JSON. */
const JSON_COLUMNS = [["sessions", "model"], ["tasks", "body"], ["messages", "body"], [
  "events",
  "body",
]] as const;

/** What a changed letter breaks in a file that SQLite finds sound. */
function damagedRows(database: Database): string[] {
  return JSON_COLUMNS.flatMap(([table, column]) => {
    const sql = `SELECT count(*) AS count FROM ${table} WHERE json_valid(${column}) IS NOT 1`;
    const count = database.get<{ count: number }>(sql)?.count ?? 0;
    return count === 0 ? [] : [`${count} damaged ${count === 1 ? "row" : "rows"} in ${table}`];
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
