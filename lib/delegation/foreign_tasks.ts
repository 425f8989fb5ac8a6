import { isFinal } from "../protocol/task_state.ts";
import type { Ground } from "./ground.ts";
import { TaskRecord } from "./task_record.ts";
import type { TaskSnapshot } from "./task_snapshot.ts";
import type { TaskTable } from "./task_table.ts";

/** What foreign tasks are known by. */
export interface ForeignTasksOptions {
  readonly ground: Ground;
  readonly table: TaskTable;
  /** Told of each that is over; may not throw. */
  readonly onOver: (record: TaskRecord) => void;
}

/** The tasks of other sessions that tasks of this one are to follow. Disposed, none is waited for any more. */
export class ForeignTasks implements Disposable {
  readonly #options: ForeignTasksOptions;
  readonly #awaited = new Set<string>();
  readonly #over = new AbortController();

  constructor(options: ForeignTasksOptions) {
    this.#options = options;
  }

  /** Makes those that are not of this session known by their ids, each as it is stored; one that is not over is watched. */
  learn(taskIds: readonly string[]): void {
    const { ground, table } = this.#options;
    for (const taskId of taskIds) {
      if (table.owns(taskId)) continue;
      const found = ground.keeper.find(taskId);
      if (found === undefined) continue;
      const record = this.#know(found);
      if (!record.isFinal && !this.#awaited.has(taskId)) void this.#await(taskId);
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort(new DOMException("The session has ended", "AbortError"));
  }

  async #await(taskId: string): Promise<void> {
    const { ground, table, onOver } = this.#options;
    this.#awaited.add(taskId);
    try {
      const end = await ground.untilOver(taskId, this.#over.signal);
      if (!table.owns(taskId) && isFinal(end.state)) onOver(this.#know(end));
    } catch (error) {
      if (!this.#over.signal.aborted) throw error;
    } finally {
      this.#awaited.delete(taskId);
    }
  }

  #know(snapshot: TaskSnapshot): TaskRecord {
    const record = TaskRecord.restored(snapshot, refuseChange);
    this.#options.table.know(record);
    return record;
  }
}

function refuseChange(): never {
  throw new TypeError("A task of another session is changed there");
}
