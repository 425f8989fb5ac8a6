import { newId, randomIds } from "../support/ids.ts";
import type { Database } from "./database.ts";
import { StoreError } from "./store_error.ts";

/** How many ids are reserved in one transaction, so that most spawns write nothing for theirs. */
const BLOCK = 32;
/** With so few left the next block is due. */
const LOW = 8;
/** How many a session reserves before it has spawned anything, and may never need. */
const FIRST = 8;

/** The task ids of a process, none of which any other task of the state directory has or will have. */
export class TaskIds {
  readonly #database: Database;
  readonly #reserved: string[] = [];
  /** Given away while nothing could be written. */
  readonly #unwritten = new Set<string>();
  #isUsed = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The next id. While nothing can be written it is one that is not taken yet, and reserved as soon as that works. */
  next(): string {
    this.#isUsed = true;
    return this.#reserved.pop() ?? this.#reserve().pop() ?? this.#unreserved();
  }

  /** Reserves more when they run low: for moments when nobody waits. Throws {@linkcode StoreError}. */
  refill(): void {
    if (this.#reserved.length <= LOW && this.#isUsed) this.#reserveBlock(BLOCK);
    else if (this.#reserved.length === 0) this.#reserveBlock(FIRST);
  }

  #reserve(): string[] {
    try {
      this.#reserveBlock(BLOCK);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    return this.#reserved;
  }

  /** A block in one statement: one for each id takes a first spawn a millisecond. */
  #reserveBlock(size: number): void {
    const fresh: string[] = [];
    this.#database.transaction(() => {
      this.#insert([...this.#unwritten]);
      while (fresh.length < size) fresh.push(...this.#insert(randomIds("t", size - fresh.length)));
    });
    this.#unwritten.clear();
    this.#reserved.push(...fresh);
  }

  /** Those of the ids that were free until now. */
  #insert(ids: readonly string[]): readonly string[] {
    if (ids.length === 0) return [];
    const sql = "INSERT INTO task_ids (task_id) SELECT value FROM json_each(?) WHERE true " +
      "ON CONFLICT DO NOTHING RETURNING task_id";
    return this.#database.all<{ task_id: string }>(sql, JSON.stringify(ids)).map(({ task_id }) => task_id);
  }

  #unreserved(): string {
    const sql = "SELECT 1 FROM task_ids WHERE task_id = ?";
    const id = newId("t", (each) => this.#unwritten.has(each) || this.#database.get(sql, each) !== undefined);
    this.#unwritten.add(id);
    return id;
  }
}
