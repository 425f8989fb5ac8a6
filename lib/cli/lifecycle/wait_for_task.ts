import type { CollectedTask, TaskView } from "../../protocol/task_view.ts";
import { systemClock } from "../../support/clock.ts";
import { isSettledStatus } from "./settled.ts";
import { type Reach, replyOf } from "./reach.ts";

/** A host answers at the end of the time itself; one that has not by then is not waited for. */
const ANSWER_MS = 1_000;

/** For how long tasks are waited for; disposed, its timer is taken back. */
export class TimeLimit implements Disposable {
  readonly #until: number | null;
  readonly #late = new AbortController();
  readonly #timer: Disposable | null;

  /** Null: no limit; 0: only a look. */
  constructor(seconds: number | null) {
    this.#until = seconds === null ? null : performance.now() + seconds * 1000;
    const onLate = () => this.#late.abort(new DOMException("The time is up", "TimeoutError"));
    this.#timer = seconds === null ? null : systemClock.after(seconds * 1000 + ANSWER_MS, onLate);
  }

  /** Seconds that are left; null: no limit. */
  get leftS(): number | null {
    return this.#until === null ? null : Math.max(0, this.#until - performance.now()) / 1000;
  }

  /** Aborts when whoever has not answered will not. */
  get signal(): AbortSignal {
    return this.#late.signal;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}

/**
 * Waits until a task is over, was interrupted or asks something, at most as long as the limit says, and returns what it
 * came to. Claims nothing.
 */
export async function waitForTask(reach: Reach, task_id: string, limit: TimeLimit): Promise<CollectedTask> {
  return await reach.ask<CollectedTask>(task_id, {
    live: (client, how) =>
      client.request("collect", { task_id, timeout_s: limit.leftS, ends_at_question: true }, how),
    async stored(archive) {
      const task = replyOf<CollectedTask>(await archive.call("collect_task", { task_id, timeout_s: 0 }));
      return { ...task, timed_out: !isSettledStatus(task.status) };
    },
    patience: "wait",
    deadline: limit.signal,
  });
}

/**
 * Notes that results were printed. Only the shell's own are delivered by that: what belongs to a chat or to another
 * task stays as it was.
 */
export async function notePrinted(reach: Reach, tasks: readonly TaskView[]): Promise<void> {
  for (const { task_id } of tasks.filter((task) => isDeliverable(reach, task))) {
    await reach.ask<unknown>(task_id, {
      live: (client, how) => client.request("deliver", { task_id }, how),
      stored: () => Promise.resolve(reach.store.tasks.deliver(task_id, "print")),
      patience: "look",
    });
  }
}

/** The task as it is printed: what is printed is delivered by that. */
export function asPrinted<Task extends TaskView>(reach: Reach, task: Task): Task {
  return isDeliverable(reach, task) ? { ...task, delivered: true } : task;
}

function isDeliverable({ store }: Reach, { task_id, status }: TaskView): boolean {
  if (!isSettledStatus(status) || status === "interrupted") return false;
  const task = store.tasks.get(task_id);
  const session = task === undefined ? undefined : store.session(task.sessionId);
  return task?.ownerId === null && session !== undefined && session.kind !== "chat";
}
