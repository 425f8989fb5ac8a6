import { statSync } from "node:fs";
import type { Database } from "./database.ts";

/** How a database is. */
export interface DatabaseHealth {
  /** Of its schema. */
  readonly version: number;
  /** What SQLite finds wrong in the file; nothing when it is sound. */
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
    faults: checked.map(({ quick_check }) => quick_check).filter((text) => text !== "ok"),
    bytes: ["", "-wal", "-shm"].reduce((sum, suffix) => sum + sizeOf(database.path + suffix), 0),
    sessions: database.get<{ count: number }>("SELECT count(*) AS count FROM sessions")?.count ?? 0,
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
