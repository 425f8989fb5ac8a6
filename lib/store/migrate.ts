import type { Database } from "./database.ts";

/** Marks a database as ours in its header: "herm" in ASCII. */
export const APPLICATION_ID = 0x6865726d;

/** The version of the schema. */
export function versionOf(database: Database): number {
  return database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
}

/**
 * Brings the schema to the last of `migrations`, each in a transaction. Of several processes that do it at once, each
 * step is done by one; the others wait for it.
 */
export function migrate(database: Database, migrations: readonly string[]): void {
  while (versionOf(database) < migrations.length) {
    database.transaction(() => {
      const version = versionOf(database); // again: another process may have been faster
      const step = migrations[version];
      if (step === undefined) return;
      database.script(step);
      database.script(`PRAGMA user_version = ${version + 1}`);
    });
  }
}
