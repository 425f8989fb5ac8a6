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
    model: JSON.parse(row.model),
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

/** Deletes a session with all that is kept of it, but for its requests; whether there was one. */
export function deleteSession(database: Database, sessionId: string): boolean {
  return database.transaction(() => {
    const own = "SELECT task_id FROM tasks WHERE session_id = ?";
    database.run(`DELETE FROM deliveries WHERE task_id IN (${own})`, sessionId);
    database.run(`DELETE FROM messages WHERE agent = ? OR agent IN (${own})`, sessionId, sessionId);
    return database.run("DELETE FROM sessions WHERE session_id = ?", sessionId) === 1; // tasks and events go with it
  });
}
