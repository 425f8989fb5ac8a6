import { isProcessAlive } from "../support/process_mark.ts";
import type { Database } from "./database.ts";
import { usageOfTask } from "./request_rows.ts";
import type { HostRow, Interrupt, Recovery } from "./store.ts";
import { hostRows } from "./stored_hosts.ts";
import { IN_HAND_SQL, putTask, tasksWhere } from "./task_columns.ts";

/**
 * Takes the rows of hosts whose process has died out of the database: their unfinished tasks, and those of hosts
 * that are not entered at all, become what `interrupt` makes of them, and what they held of a day's budget counts as
 * spent, for nobody knows what of it was; their requests under way count at the estimate, as rows without a host.
 * Whoever looks, each is found once.
 */
export function recover(database: Database, interrupt: Interrupt): Recovery {
  const dead = hostRows(database).filter((host) => !isProcessAlive(host.pid, host.startMark));
  if (dead.length === 0 && !hasLeftovers(database)) return { hosts: [], tasks: [] };
  return database.transaction(() => {
    const hosts = dead.filter((host) => remove(database, host));
    const tasks = tasksWhere(database, LEFT_OVER);
    for (const task of tasks) {
      putTask(database, interrupt(task, usageOfTask(database, task.taskId)), task.hostId);
    }
    settleHolds(database);
    return { hosts, tasks: tasks.flatMap(({ taskId }) => tasksWhere(database, "task_id = ?", taskId)) };
  });
}

const NO_HOST = "host_id NOT IN (SELECT host_id FROM hosts)";
const LEFT_OVER = `status IN (${IN_HAND_SQL}) AND ${NO_HOST}`;

function hasLeftovers(database: Database): boolean {
  const sql = `SELECT EXISTS (SELECT 1 FROM tasks WHERE ${LEFT_OVER})
    OR EXISTS (SELECT 1 FROM day_holds WHERE ${NO_HOST}) AS found`;
  return database.get<{ found: number }>(sql)?.found === 1;
}

/** Whether it was still there: the row of this very process, found dead before. */
function remove(database: Database, host: HostRow): boolean {
  const sql = "DELETE FROM hosts WHERE host_id = ? AND pid = ? AND start_mark = ?";
  return database.run(sql, host.hostId, host.pid, host.startMark) === 1;
}

function settleHolds(database: Database): void {
  database.run(
    `INSERT INTO day_spend (day, usd, tokens, requests)
     SELECT day, sum(usd), sum(tokens), sum(requests) FROM day_holds WHERE ${NO_HOST} GROUP BY day
     ON CONFLICT (day) DO UPDATE SET
       usd = usd + excluded.usd, tokens = tokens + excluded.tokens, requests = requests + excluded.requests`,
  );
  database.run(`DELETE FROM day_holds WHERE ${NO_HOST}`);
}
