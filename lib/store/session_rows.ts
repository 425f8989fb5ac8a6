import { newId } from "../support/ids.ts";
import type { Database } from "./database.ts";
import type { HostKind, NewSession, SessionRow } from "./store.ts";

interface Columns {
  readonly session_id: string;
  readonly kind: HostKind;
  readonly title: string;
  readonly cwd: string;
  readonly model: string;
  readonly created_at: number;
  readonly last_at: number;
}

/** All sessions, or the one of this id; newest first. */
export function sessionRows(database: Database, sessionId?: string): SessionRow[] {
  const rows = sessionId === undefined
    ? database.all<Columns>("SELECT * FROM sessions ORDER BY last_at DESC, rowid DESC")
    : database.all<Columns>("SELECT * FROM sessions WHERE session_id = ?", sessionId);
  return rows.map((row) => ({
    sessionId: row.session_id,
    kind: row.kind,
    title: row.title,
    cwd: row.cwd,
    model: database.json(row.model),
    createdAt: row.created_at,
    lastAt: row.last_at,
  }));
}

/** Adds a session; returns the id that it got. */
export function addSession(database: Database, { kind, cwd, model }: NewSession, now: number): string {
  const insert = (sessionId: string) =>
    database.run(
      `INSERT INTO sessions (session_id, kind, cwd, model, created_at, last_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      sessionId,
      kind,
      cwd,
      JSON.stringify(model),
      now,
      now,
    );
  return database.transaction(() => newId("s", (sessionId) => insert(sessionId) === 0));
}

/** The ids of the sessions without a sign of life since `at`, oldest first. */
export function sessionsBefore(database: Database, at: number): string[] {
  const sql = "SELECT session_id FROM sessions WHERE last_at < ? ORDER BY last_at, rowid";
  return database.all<{ session_id: string }>(sql, at).map((row) => row.session_id);
}

/**
 * Deletes a session with all that is kept of it, but for its requests, if there is one and `mayGo`, asked in the same
 * transaction, says so. Returns the ids of its tasks; null when nothing was deleted.
 */
export function deleteSession(
  database: Database,
  sessionId: string,
  mayGo: () => boolean,
): readonly string[] | null {
  return database.transaction(() => {
    if (!mayGo()) return null;
    const own = "SELECT task_id FROM tasks WHERE session_id = ?";
    const taskIds = database.all<{ task_id: string }>(own, sessionId).map((row) => row.task_id);
    database.run(`DELETE FROM deliveries WHERE task_id IN (${own})`, sessionId);
    database.run(`DELETE FROM messages WHERE agent = ? OR agent IN (${own})`, sessionId, sessionId);
    const gone = database.run("DELETE FROM sessions WHERE session_id = ?", sessionId); // tasks and events go with it
    return gone === 1 ? taskIds : null;
  });
}

/**
 * Deletes the oldest `count` events of a session that has more, if `mayGo`, asked in the same transaction, says so;
 * whether it did. The events of a long session take a tenth of a second, which nobody should wait for.
 */
export function shortenJournal(
  database: Database,
  sessionId: string,
  { count, mayGo }: { readonly count: number; readonly mayGo: () => boolean },
): boolean {
  const sql = "SELECT min(seq) AS first, max(seq) AS last FROM events WHERE session_id = ?";
  return database.transaction(() => {
    const { first, last } = database.get<{ first: number | null; last: number | null }>(sql, sessionId) ?? {};
    if (typeof first !== "number" || typeof last !== "number" || last - first < count || !mayGo()) {
      return false;
    }
    database.run("DELETE FROM events WHERE session_id = ? AND seq < ?", sessionId, first + count);
    return true;
  });
}
