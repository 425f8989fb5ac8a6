import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { isFullCode } from "../config/unwritable.ts";
import { codeOf } from "../support/file_state.ts";
import { Database } from "./database.ts";
import { APPLICATION_ID, migrate } from "./migrate.ts";
import { StoreError } from "./store_error.ts";

/** Conversations are in it, so it is its owner's only; SQLite gives the files beside it the same mode. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/**
 * Makes a new database, complete before it gets its name: no process ever sees a part of it, and of several that make
 * one at once the first one's stays. Throws {@linkcode StoreError}.
 */
export function createDatabase(path: string, migrations: readonly string[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
    publishDraft(`${path}.${crypto.randomUUID()}.tmp`, path, migrations);
  } catch (error) {
    throw asStoreError(error, path);
  }
}

function publishDraft(draft: string, path: string, migrations: readonly string[]): void {
  try {
    writeFileSync(draft, "", { mode: FILE_MODE, flag: "wx" });
    fill(draft, migrations);
    sync(draft);
    name(draft, path);
  } finally {
    for (const rest of ["", "-journal", "-wal", "-shm"]) rmSync(draft + rest, { force: true });
  }
}

/** Nobody else has the draft, so it needs neither a journal nor to be on disk before it is complete. */
function fill(draft: string, migrations: readonly string[]): void {
  using database = new Database(draft);
  database.script(
    `PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA application_id = ${APPLICATION_ID}`,
  );
  migrate(database, migrations);
  database.script("PRAGMA journal_mode = WAL");
}

function sync(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A link never replaces a file; where the file system has none, a moment remains in which a rename could. */
function name(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (!existsSync(path)) renameSync(draft, path);
  }
}

function asStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return new StoreError(error.trouble, path, { cause: error });
  const code = codeOf(error);
  if (!/^E[A-Z0-9]+$/.test(code)) return error; // not of the system
  return new StoreError(isFullCode(code) ? "full" : "unwritable", path, { cause: error });
}
