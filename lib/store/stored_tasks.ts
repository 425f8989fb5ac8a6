import type { Clock } from "../support/clock.ts";
import type { Database } from "./database.ts";
import type { DeliveryWay } from "./delivery.ts";
import type { StoredTask, StoredTasks, TaskQuery, TaskRow } from "./store.ts";
import { IN_HAND_SQL, putDelivery, putTask, tasksWhere } from "./task_columns.ts";

/** The tasks of a database. */
export class DatabaseTasks implements StoredTasks {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  get(taskId: string): StoredTask | undefined {
    return tasksWhere(this.#database, "task_id = ?", taskId)[0];
  }

  list(query: TaskQuery = {}): readonly StoredTask[] {
    const conditions: [string, string | undefined][] = [
      ["session_id = ?", query.sessionId],
      ["host_id = ?", query.hostId],
      ["status = ?", query.status],
    ];
    const given = conditions.filter((each): each is [string, string] => each[1] !== undefined);
    const all = given.map(([condition]) => condition);
    if (query.isOpen) all.push(`(way IS NULL OR status IN (${IN_HAND_SQL}, 'interrupted'))`);
    return tasksWhere(this.#database, all.join(" AND ") || "TRUE", ...given.map(([, value]) => value));
  }

  lastIds(count: number): readonly string[] {
    const sql = "SELECT task_id FROM tasks ORDER BY created_at DESC, rowid DESC LIMIT ?";
    return this.#database.all<{ task_id: string }>(sql, count).map((row) => row.task_id).reverse();
  }

  takeInterrupted(taskId: string, change: (task: StoredTask) => TaskRow): StoredTask | null {
    return this.#database.transaction(() => {
      const task = this.get(taskId);
      if (task?.status !== "interrupted") return null;
      putTask(this.#database, change(task), task.hostId);
      this.#database.run("DELETE FROM deliveries WHERE task_id = ?", taskId); // how it ends now is news
      return this.get(taskId) ?? null;
    });
  }

  deliver(taskId: string, way: DeliveryWay): boolean {
    return this.#database.transaction(() =>
      this.get(taskId) !== undefined && putDelivery(this.#database, taskId, way, this.#clock.now())
    );
  }
}
