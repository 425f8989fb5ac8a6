import { statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { asStoreError, isOfSqlite, StoreError } from "./store_error.ts";

/** How long a statement waits for another process; SQLite waits in steps of up to 100 ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** In WAL mode it keeps every commit over the death of the process (docs/decisions/0007). */
const SYNCHRONOUS = "PRAGMA synchronous = NORMAL";
const SETTINGS = `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; ${SYNCHRONOUS}; PRAGMA foreign_keys = ON`;

/**
 * One connection to a database. Statements are prepared once per text. Throws {@linkcode StoreError} for what a user
 * can mend; any other error of SQLite is a bug of ours and comes as it is.
 */
export class Database implements Disposable {
  readonly path: string;
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #isInside = false;
  #isInHurry = false;

  /** Opens the file as it is, creating an empty one; `openDatabase` makes it ours. */
  constructor(path: string) {
    this.path = path;
    this.#sqlite = this.#told(() => new DatabaseSync(path));
    this.script(SETTINGS);
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#told(() => Number(this.#prepared(sql).run(...values).changes));
  }

  /** The first row. The caller names its columns, as the statement does. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#told(() => this.#prepared(sql).get(...values) as Row | undefined); // columns are the statement's
  }

  /** All rows. The caller names their columns, as the statement does. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#told(() => this.#prepared(sql).all(...values) as Row[]); // columns are the statement's
  }

  /** What was stored as JSON; the caller knows its form. Throws {@linkcode StoreError} `damaged` for what is none. */
  json<Value>(text: string): Value {
    try {
      if (typeof text === "string") return JSON.parse(text);
      throw new TypeError("there is nothing where something was stored");
    } catch (error) {
      throw this.damaged(error);
    }
  }

  /** The error for a row that this program cannot have written. */
  damaged(cause: unknown): StoreError {
    return new StoreError("damaged", this.path, { cause });
  }

  /** Runs several statements without values. */
  script(sql: string): void {
    this.#told(() => this.#sqlite.exec(sql));
  }

  /**
   * Runs `work` in one transaction that holds the write lock from its beginning: all of it counts or, when it throws,
   * nothing. Inside another one it is a part of that. `work` may not wait.
   */
  transaction<Result>(work: () => Result): Result {
    if (this.#isInside) return work();
    if (this.#isInHurry) return this.#first(work);
    this.run("BEGIN IMMEDIATE");
    return this.#inside(work);
  }

  /**
   * Lets the next transaction not wait for the disk if it is the first in its write-ahead log: SQLite waits there, 1 to
   * 3 ms, in case an older log lies under it.
   */
  hurry(): void {
    this.#isInHurry = true;
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  /** See `hurry`. While nobody else can write, a log that is empty has nothing under it. */
  #first<Result>(work: () => Result): Result {
    this.#isInHurry = false;
    this.script("PRAGMA synchronous = OFF");
    try {
      this.run("BEGIN IMMEDIATE");
      if (isEmpty(`${this.path}-wal`)) return this.#inside(work);
      this.run("ROLLBACK");
    } finally {
      this.script(SYNCHRONOUS);
    }
    return this.transaction(work);
  }

  #inside<Result>(work: () => Result): Result {
    this.#isInside = true;
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.script("ROLLBACK");
      throw error;
    } finally {
      this.#isInside = false;
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #told<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      const told = asStoreError(error, this.path);
      throw isOfSqlite(error) && told === error && this.#isDamaged() ? this.damaged(error) : told;
    }
  }

  /** Asked where a statement fails that is sound: a table that is gone, a number beyond all numbers. */
  #isDamaged(): boolean {
    try {
      return this.#sqlite.prepare("PRAGMA quick_check(1)").get()?.quick_check !== "ok";
    } catch {
      return true; // it cannot even be looked through
    }
  }
}

function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}
