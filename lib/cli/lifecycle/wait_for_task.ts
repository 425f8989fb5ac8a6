import type { CollectedTask, TaskView } from "../../protocol/task_view.ts";
import { isSettledStatus } from "./settled.ts";
import { type Reach, replyOf } from "./reach.ts";

/**
 * Waits until a task is over, was interrupted or asks something, at most `timeoutS` seconds (null: without limit), and
 * returns what it came to. Claims nothing.
 */
export async function waitForTask(
  reach: Reach,
  task_id: string,
  timeoutS: number | null,
): Promise<CollectedTask> {
  const until = timeoutS === null ? null : performance.now() + timeoutS * 1000;
  return await reach.ask<CollectedTask>(task_id, {
    live: (client) => {
      const timeout_s = until === null ? null : Math.max(0, until - performance.now()) / 1000;
      return client.request("collect", { task_id, timeout_s }, { signal: reach.signal });
    },
    async stored(archive) {
      const task = replyOf<CollectedTask>(await archive.call("collect_task", { task_id, timeout_s: 0 }));
      return { ...task, timed_out: !isSettledStatus(task.status) };
    },
  });
}

/**
 * Notes that results were printed. Only the shell's own are delivered by that: what belongs to a chat or to another
 * task stays as it was.
 */
export async function notePrinted(reach: Reach, tasks: readonly TaskView[]): Promise<void> {
  for (const { task_id } of tasks.filter((task) => isDeliverable(reach, task))) {
    await reach.ask<unknown>(task_id, {
      live: (client) => client.request("deliver", { task_id }, { signal: reach.signal }),
      stored: () => Promise.resolve(reach.store.tasks.deliver(task_id, "print")),
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
