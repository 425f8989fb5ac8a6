import { rmSync } from "node:fs";
import type { Message } from "../protocol/conversation.ts";
import type { JournalEvent } from "../protocol/events.ts";
import type { Clock } from "../support/clock.ts";
import type { Database } from "./database.ts";
import type { OwnerId } from "./delivery.ts";
import { openDatabase } from "./open_database.ts";
import { recover } from "./recover.ts";
import { addSession, deleteSession, sessionRows, sessionsBefore, shortenJournal } from "./session_rows.ts";
import type { Interrupt, NewSession, Recovery, SessionRow, SessionStore, Store } from "./store.ts";
import { DatabaseHosts } from "./stored_hosts.ts";
import { sessionSpill, summaryPath } from "./spill_paths.ts";
import { StoredSession } from "./stored_session.ts";
import { DatabaseTasks } from "./stored_tasks.ts";
import type { TroubleReader } from "./write_loop.ts";

/** Opens the store of a state directory; makes it when there is none. Throws {@linkcode StoreError}. */
export function openStore(home: string, { clock }: { readonly clock: Clock }): Store {
  return new DatabaseStore(home, openDatabase(home), clock);
}

/** About 5 ms of work. */
const EVENTS_PER_REMOVAL = 5_000;

/** How many events are read at a time. */
const EVENTS_AT_ONCE = 500;

class DatabaseStore implements Store {
  readonly database: Database;
  readonly tasks: DatabaseTasks;
  readonly hosts: DatabaseHosts;
  readonly #home: string;
  readonly #clock: Clock;
  readonly #open = new Set<StoredSession>();

  constructor(home: string, database: Database, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
    this.database = database;
    this.tasks = new DatabaseTasks(database, clock);
    this.hosts = new DatabaseHosts(database);
  }

  begin(session: NewSession, hostId: string, onTrouble: TroubleReader): SessionStore {
    const sessionId = addSession(this.database, session, this.#clock.now());
    return this.#session(sessionId, hostId, onTrouble);
  }

  goOn(sessionId: string, hostId: string, onTrouble: TroubleReader): SessionStore | undefined {
    return this.session(sessionId) && this.#session(sessionId, hostId, onTrouble);
  }

  sessions(): readonly SessionRow[] {
    return sessionRows(this.database);
  }

  session(sessionId: string): SessionRow | undefined {
    return sessionRows(this.database, sessionId)[0];
  }

  sessionsBefore(at: number): readonly string[] {
    return sessionsBefore(this.database, at);
  }

  removeSession(sessionId: string, mayGo = () => true): boolean {
    const taskIds = deleteSession(this.database, sessionId, mayGo);
    if (taskIds === null) return false;
    const summaries = taskIds.map((taskId) => summaryPath(this.#home, taskId));
    for (const path of [sessionSpill(this.#home, sessionId), ...summaries]) {
      rmSync(path, { recursive: true, force: true });
    }
    return true;
  }

  shortenJournal(sessionId: string, mayGo: () => boolean): boolean {
    return shortenJournal(this.database, sessionId, { count: EVENTS_PER_REMOVAL, mayGo });
  }

  conversation(sessionId: string, agent: OwnerId): readonly Message[] {
    const sql = "SELECT body FROM messages WHERE agent = ? ORDER BY position";
    return this.database.all<{ body: string }>(sql, agent ?? sessionId).map(({ body }) =>
      this.database.json<Message>(body)
    );
  }

  *events(sessionId: string, since: number): Iterable<JournalEvent> {
    const sql =
      `SELECT seq, body FROM events WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ${EVENTS_AT_ONCE}`;
    for (let last = since;;) {
      const rows = this.database.all<{ seq: number; body: string }>(sql, sessionId, last);
      for (const { seq, body } of rows) yield { ...this.database.json<JournalEvent>(body), seq: last = seq };
      if (rows.length < EVENTS_AT_ONCE) return;
    }
  }

  recover(interrupt: Interrupt): Recovery {
    return recover(this.database, interrupt);
  }

  [Symbol.dispose](): void {
    for (const session of this.#open) session[Symbol.dispose]();
    this.database[Symbol.dispose]();
  }

  #session(sessionId: string, hostId: string, onTrouble: TroubleReader): SessionStore {
    const { database } = this;
    const session = new StoredSession({ database, clock: this.#clock, sessionId, hostId, onTrouble });
    this.#open.add(session);
    return session;
  }
}
