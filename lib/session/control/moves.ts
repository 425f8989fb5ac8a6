import type { TaskRecord } from "../../delegation/task_record.ts";
import type { TaskTable } from "../../delegation/task_table.ts";
import { TaskMoves } from "./task_moves.ts";

interface Move {
  readonly isMeant: (record: TaskRecord) => boolean;
  /** Never rejects. */
  readonly done: Promise<void>;
}

/** The tasks of a process that go on in another one: who asks for one in between waits, and is sent there. */
export class Moves {
  readonly #under = new Set<Move>();
  readonly #left = new Set<string>();

  /** Runs `work`, in which these tasks are interrupted here and taken by another process. */
  async during<Result>(isMeant: Move["isMeant"], work: () => Promise<Result>): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const move = { isMeant, done: promise };
    this.#under.add(move);
    try {
      return await work();
    } finally {
      this.#under.delete(move);
      resolve();
    }
  }

  /** Says that another process has a task, which is not known here any more. */
  left(taskId: string): void {
    this.#left.add(taskId);
  }

  /** Throws {@linkcode TaskMoves} for one that has left and did not come back. */
  assertHere(taskId: string, table: TaskTable): void {
    if (this.#left.has(taskId) && !table.owns(taskId)) throw new TaskMoves(taskId);
  }

  /** Of a task that is interrupted only to go on elsewhere, rejects with {@linkcode TaskMoves} once it can be found there. */
  async assertStays(record: TaskRecord): Promise<void> {
    if (record.state.status !== "interrupted") return;
    const move = [...this.#under].find(({ isMeant }) => isMeant(record));
    if (move === undefined) return;
    await move.done;
    throw new TaskMoves(record.id);
  }
}
