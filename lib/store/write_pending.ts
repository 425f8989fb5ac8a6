import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { JournalEvent } from "../protocol/events.ts";
import type { Database } from "./database.ts";
import type { Pending } from "./pending.ts";
import { endRequest, putAllowance } from "./request_rows.ts";
import { putDelivery, putTask } from "./task_columns.ts";

/** Who writes, and when. */
export interface Writer {
  readonly sessionId: string;
  readonly hostId: string;
  readonly now: number;
}

/** What became of a batch. */
export interface Written {
  /** False: the session was removed by another process, and nothing of it was written. */
  readonly isThere: boolean;
  /** The deliveries that another process had noted before. */
  readonly late: readonly string[];
}

/** Writes all that waits in one transaction. */
export function writePending(database: Database, pending: Pending, writer: Writer): Written {
  return database.transaction(() => {
    if (!touch(database, pending.title, writer)) return { isThere: false, late: [] };
    for (const row of pending.tasks.values()) putTask(database, row(), writer.hostId);
    if (pending.events.length > 0) putEvents(database, pending.events, writer.sessionId);
    for (const [agent, update] of pending.conversations) {
      putMessages(database, agent ?? writer.sessionId, update);
    }
    for (const ended of pending.requests) endRequest(database, ended, writer);
    const { caps } = pending;
    if (caps !== null) putAllowance(database, { caps, payer: writer.hostId }, writer.sessionId);
    const deliveries = [...pending.deliveries];
    const late = deliveries.filter(([taskId, { way, at }]) => !putDelivery(database, taskId, way, at));
    return { isThere: true, late: late.map(([taskId]) => taskId) };
  });
}

function touch(database: Database, title: string | null, { sessionId, now }: Writer): boolean {
  if (title !== null) {
    database.run("UPDATE sessions SET title = ? WHERE session_id = ? AND title = ''", title, sessionId);
  }
  return database.run("UPDATE sessions SET last_at = ? WHERE session_id = ?", now, sessionId) === 1;
}

/** Numbers them after what is there, so that the journal has no gaps even when two processes go on with a session. */
function putEvents(database: Database, events: readonly JournalEvent[], sessionId: string): void {
  let seq = lastSeq(database, sessionId);
  for (const event of events) {
    const sql = "INSERT INTO events (session_id, seq, body) VALUES (?, ?, ?)";
    database.run(sql, sessionId, ++seq, JSON.stringify(event));
  }
}

/** The number of the last event of a session; 0 when there is none. */
export function lastSeq(database: Database, sessionId: string): number {
  const sql = "SELECT max(seq) AS last FROM events WHERE session_id = ?";
  return database.get<{ last: number | null }>(sql, sessionId)?.last ?? 0;
}

function putMessages(database: Database, agent: string, { from, messages }: ConversationUpdate): void {
  database.run("DELETE FROM messages WHERE agent = ? AND position >= ?", agent, from);
  for (const [index, message] of messages.entries()) {
    const sql = "INSERT INTO messages (agent, position, body) VALUES (?, ?, ?)";
    database.run(sql, agent, from + index, JSON.stringify(message));
  }
}
