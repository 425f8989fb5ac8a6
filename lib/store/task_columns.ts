import type { TaskStatus } from "../protocol/task_state.ts";
import type { Database } from "./database.ts";
import type { DeliveryWay } from "./delivery.ts";
import type { StoredTask, TaskRow } from "./store.ts";

/** A row of tasks beside its row of deliveries. */
interface Columns {
  readonly task_id: string;
  readonly session_id: string;
  readonly owner_id: string | null;
  readonly host_id: string;
  readonly status: TaskStatus;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly body: string;
  readonly way: DeliveryWay | null;
  readonly at: number | null;
}

/** The statuses of a task that a host has in its hands. */
export const IN_HAND = [
  "queued",
  "running",
  "needs_input",
  "stopping",
] as const satisfies readonly TaskStatus[];

/** {@linkcode IN_HAND} as a list in SQL. */
export const IN_HAND_SQL = IN_HAND.map((status) => `'${status}'`).join(", ");

/** The stored tasks for which `where` holds, in the order in which they were taken. */
export function tasksWhere(database: Database, where: string, ...values: (string | number)[]): StoredTask[] {
  const rows = database.all<Columns>(
    `SELECT tasks.*, way, at FROM tasks LEFT JOIN deliveries USING (task_id)
     WHERE ${where} ORDER BY created_at, tasks.rowid`,
    ...values,
  );
  return rows.map((row) => taskOf(database, row));
}

/**
 * Writes a task in the name of a host. What a host that is still entered runs, no other changes, and a task whose
 * session was removed is not written.
 */
export function putTask(database: Database, task: TaskRow, writer: string): void {
  database.run(
    `INSERT INTO tasks (task_id, session_id, owner_id, host_id, status, created_at, ended_at, body)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM sessions WHERE session_id = ?2)
     ON CONFLICT (task_id) DO UPDATE SET
       session_id = excluded.session_id, owner_id = excluded.owner_id, host_id = excluded.host_id,
       status = excluded.status, created_at = excluded.created_at, ended_at = excluded.ended_at, body = excluded.body
     WHERE host_id = ?9 OR NOT EXISTS (SELECT 1 FROM hosts WHERE hosts.host_id = tasks.host_id)`,
    task.taskId,
    task.sessionId,
    task.ownerId,
    task.hostId,
    task.status,
    task.createdAt,
    task.endedAt,
    JSON.stringify(task.body) ?? "null",
    writer,
  );
}

/** Notes a delivery; false when it was noted before. */
export function putDelivery(database: Database, taskId: string, way: DeliveryWay, at: number): boolean {
  const sql = "INSERT INTO deliveries (task_id, way, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
  return database.run(sql, taskId, way, at) === 1;
}

function taskOf(database: Database, row: Columns): StoredTask {
  return {
    taskId: row.task_id,
    sessionId: row.session_id,
    ownerId: row.owner_id,
    hostId: row.host_id,
    status: row.status,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    body: database.json(row.body),
    delivered: row.way === null || row.at === null ? null : { by: row.way, at: row.at },
  };
}
