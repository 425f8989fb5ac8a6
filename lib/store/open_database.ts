import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../support/file_state.ts";
import { readChunksAtOnce } from "../support/read_chunks.ts";
import { createDatabase } from "./create_database.ts";
import { Database } from "./database.ts";
import { APPLICATION_ID, migrate, versionOf } from "./migrate.ts";
import { MIGRATIONS } from "./schema.ts";
import { StoreError } from "./store_error.ts";

/** The name of the database in a state directory. */
export const DATABASE_FILE = "sessions.db";

/**
 * Opens the database of a state directory, made when there is none and brought to the last of `migrations` when it is
 * older. Throws {@linkcode StoreError} when it is newer, damaged, of another program or cannot be written to, and then
 * leaves it as it is.
 */
export function openDatabase(home: string, migrations: readonly string[] = MIGRATIONS): Database {
  const path = join(home, DATABASE_FILE);
  if (!existsSync(path)) createDatabase(path, migrations);
  checkFile(home, path, migrations.length);
  const database = new Database(path);
  try {
    refuseNewer(path, versionOf(database), migrations.length);
    migrate(database, migrations);
    database.hurry(); // a request waits to leave
    return database;
  } catch (error) {
    database[Symbol.dispose]();
    throw error;
  }
}

/** A directory, or a pipe or device, of which nothing is read. */
const NO_FILE: ReadonlySet<string> = new Set(["EISDIR", "ENXIO"]);

/** Looks at the file before SQLite does, which would write beside it, and tells apart what SQLite does not. */
function checkFile(home: string, path: string, known: number): void {
  const header = new Uint8Array(100); // the length of SQLite's header (https://sqlite.org/fileformat2.html)
  try {
    accessSync(home, constants.W_OK);
    accessSync(path, constants.R_OK | constants.W_OK);
    readChunksAtOnce(path, { maxBytes: header.length, onChunk: (start) => header.set(start) });
  } catch (error) {
    if (NO_FILE.has(codeOf(error))) throw new StoreError("foreign", path, { cause: error });
    throw new StoreError("unwritable", path, { cause: error });
  }
  const isOurs = new TextDecoder("latin1").decode(header.subarray(0, 16)) === "SQLite format 3\0" &&
    new DataView(header.buffer).getUint32(68) === APPLICATION_ID;
  if (!isOurs) throw new StoreError("foreign", path);
  refuseNewer(path, new DataView(header.buffer).getUint32(60), known);
}

function refuseNewer(path: string, version: number, known: number): void {
  if (version <= known) return;
  const state = `it was written by a newer hermes (its version is ${version}, the newest known is ${known})`;
  throw new StoreError("newer", path, { state });
}
