import type { HandedOn } from "./brief.ts";
import type { Slots } from "./slots.ts";
import type { TaskRecord } from "./task_record.ts";
import type { TaskTable } from "./task_table.ts";

/** Which task waits for which (`after`): lets it go when all have completed, fails it when one did not. */
export class Dependencies {
  readonly #table: TaskTable;
  readonly #slots: Slots;
  readonly #waiting = new Map<string, TaskRecord[]>();

  constructor(table: TaskTable, slots: Slots) {
    this.#table = table;
    this.#slots = slots;
  }

  /** Notes what the task waits for; whether it may start at once. */
  add(record: TaskRecord): boolean {
    for (const taskId of record.spec.after) {
      this.#waiting.set(taskId, [...this.#waiting.get(taskId) ?? [], record]);
    }
    return this.#awaited(record).every((awaited) => awaited.state.status === "completed");
  }

  /** Whether a task waits for this one. */
  isAwaited(taskId: string): boolean {
    return this.#waiting.has(taskId);
  }

  /** A task has ended: those behind it start or fail. `now` in milliseconds since the epoch. */
  ended(record: TaskRecord, now: number): void {
    const behind = this.#waiting.get(record.id) ?? [];
    this.#waiting.delete(record.id);
    for (const waiting of behind) this.settle(waiting, now);
  }

  /** Starts or fails a queued task by what it waits for. */
  settle(record: TaskRecord, now: number): void {
    if (record.state.status !== "queued" || record.spec.after.length === 0) return;
    const awaited = this.#awaited(record);
    const lost = awaited.find(({ state }) => state.status === "failed" || state.status === "cancelled");
    if (lost !== undefined) {
      const message = `Task ${lost.id}, which it was to follow, ended as ${lost.state.status}`;
      const failure = {
        reason: "dependency",
        error: { code: "dependency", message },
        summary: null,
      } as const;
      this.#slots.leave(record.id);
      record.apply({ type: "failed", at: now, failure });
    } else if (awaited.every(({ state }) => state.status === "completed")) {
      record.progress.waitingFor = "slot";
      this.#slots.unhold(record.id);
    }
  }

  /** The summaries of what the task waited for, in the order in which it named them. */
  handedOn(record: TaskRecord): readonly HandedOn[] {
    return this.#awaited(record).flatMap(({ id, spec, state }) =>
      state.status === "completed" ? [{ taskId: id, goal: spec.goal, summary: state.final.summary }] : []
    );
  }

  #awaited(record: TaskRecord): TaskRecord[] {
    return record.spec.after.flatMap((taskId) => this.#table.get(taskId) ?? []);
  }
}
