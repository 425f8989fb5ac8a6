import type { Database } from "./database.ts";
import { IN_HAND_SQL } from "./task_columns.ts";

/** How the tasks of a session stand. */
export interface TaskCounts {
  readonly total: number;
  /** Those that a host has in its hands. */
  readonly live: number;
  readonly interrupted: number;
  /** Those that are over and whose result has not reached its owner, who can still get it. */
  readonly undelivered: number;
}

/** What a session without tasks has. */
export const NO_TASKS: TaskCounts = { total: 0, live: 0, interrupted: 0, undelivered: 0 };

/** How the tasks of all sessions that have any stand, or of the one of this id. A task whose owner is over reports to nobody. */
export function taskCounts(database: Database, sessionId?: string): ReadonlyMap<string, TaskCounts> {
  const rows = database.all<TaskCounts & { readonly session_id: string }>(
    `SELECT task.session_id AS session_id, count(*) AS total,
       sum(task.status IN (${IN_HAND_SQL})) AS live,
       sum(task.status = 'interrupted') AS interrupted,
       sum(task.ended_at IS NOT NULL AND task.status <> 'interrupted' AND way IS NULL
         AND (task.owner_id IS NULL OR owner.status IN (${IN_HAND_SQL}, 'interrupted'))) AS undelivered
     FROM tasks AS task LEFT JOIN deliveries ON deliveries.task_id = task.task_id
       LEFT JOIN tasks AS owner ON owner.task_id = task.owner_id
     WHERE ?1 IS NULL OR task.session_id = ?1 GROUP BY task.session_id`,
    sessionId ?? null,
  );
  return new Map(rows.map(({ session_id, ...counts }) => [session_id, counts]));
}
