import { rmSync, writeFileSync } from "node:fs";
import { EXIT_CONFIG } from "../config/home.ts";
import { isFullCode } from "../config/unwritable.ts";
import { codeOf } from "../support/file_state.ts";
import { UserError } from "../support/errors.ts";

/** Why a database cannot be used. `busy` and `full` pass by themselves or with a little help; the others stay. */
export type StoreTrouble = "busy" | "full" | "unwritable" | "damaged" | "foreign" | "newer";

/** A database that cannot be used now; nothing of it was overwritten. */
export class StoreError extends UserError {
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, path: string, options: { state?: string; cause?: unknown } = {}) {
    const { verb, state, hint } = WORDS[trouble];
    super(`Cannot ${verb} "${path}": ${options.state ?? state}`, {
      hint,
      exitCode: trouble === "busy" || trouble === "full" ? EXIT_TEMPORARY : EXIT_CONFIG,
      cause: options.cause,
    });
    this.trouble = trouble;
  }
}

/** Worth another try later (contract §4). */
const EXIT_TEMPORARY = 75;

const MOVE_AWAY =
  "Move it away, with the files beside it that end in -wal and -shm, to begin with an empty one";

const WORDS: Readonly<Record<StoreTrouble, { verb: string; state: string; hint: string }>> = {
  busy: {
    verb: "use",
    state: "another process has kept it locked for too long",
    hint: "Try again, or end the process that holds it",
  },
  full: { verb: "write to", state: "the disk is full", hint: "Free some space on the disk of this file" },
  unwritable: {
    verb: "write to",
    state: "the file or its directory cannot be written to",
    hint: "Make both writable for you, or set HERMES_HOME to another directory",
  },
  damaged: { verb: "use", state: "the file is damaged", hint: MOVE_AWAY },
  foreign: { verb: "open", state: "it is no database of hermes", hint: MOVE_AWAY },
  newer: {
    verb: "open",
    state: "it was written by a newer hermes",
    hint: "Update hermes, or set HERMES_HOME to another directory",
  },
};

/** The primary result codes of SQLite (https://sqlite.org/rescode.html) that are not a bug of ours. */
const BY_CODE: ReadonlyMap<number, StoreTrouble> = new Map([
  [3, "unwritable"], // PERM
  [5, "busy"],
  [8, "unwritable"], // READONLY
  [10, "unwritable"], // IOERR
  [11, "damaged"], // CORRUPT
  [13, "full"],
  [14, "unwritable"], // CANTOPEN
  [15, "busy"], // PROTOCOL: lost too many races for a lock
  [26, "foreign"], // NOTADB
]);

/** What Deno says where it leaves the code out. */
const BY_TEXT: readonly (readonly [RegExp, StoreTrouble])[] = [
  [/database is locked|locking protocol/, "busy"],
  [/database or disk is full/, "full"],
  [/readonly database|unable to open|disk I\/O error|access permission/, "unwritable"],
  [/malformed/, "damaged"],
  [/not a database/, "foreign"],
];

/**
 * An error of SQLite as a {@linkcode StoreError}; any other, and one that is a bug of ours, as it is. Where there is no
 * room for what SQLite puts beside a file, it only says that it cannot write.
 */
export function asStoreError(error: unknown, path: string): unknown {
  if (codeOf(error) === "ERR_OUT_OF_RANGE") return new StoreError("damaged", path, { cause: error }); // none of our numbers
  if (!isOfSqlite(error)) return error;
  const trouble = "errcode" in error && typeof error.errcode === "number"
    ? BY_CODE.get(error.errcode & 0xff) // the low byte is the primary code
    : BY_TEXT.find(([text]) => text.test(error.message))?.[1];
  if (trouble === undefined) return error;
  const isFull = trouble === "unwritable" && isDiskFull(path);
  return new StoreError(isFull ? "full" : trouble, path, { cause: error });
}

/** Whether SQLite says it. */
export function isOfSqlite(error: unknown): error is Error {
  return error instanceof Error && codeOf(error) === "ERR_SQLITE_ERROR";
}

/** The least that SQLite asks for beside a database: the index of its log. */
const LEAST_BYTES = 32 * 1024;

/** Tried, because a quota does not show in what is free. */
function isDiskFull(path: string): boolean {
  const probe = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    writeFileSync(probe, new Uint8Array(LEAST_BYTES), { mode: 0o600, flag: "wx" });
    return false;
  } catch (error) {
    return isFullCode(codeOf(error));
  } finally {
    rmSync(probe, { force: true });
  }
}
