import type { Io } from "../io.ts";
import { isSettledStatus } from "../lifecycle/settled.ts";
import { TimeLimit, waitForTask } from "../lifecycle/wait_for_task.ts";
import { Reach } from "../lifecycle/reach.ts";
import { ToolFailure } from "../../support/errors.ts";
import type { CollectedTask } from "../../protocol/task_view.ts";

/**
 * Waits for the tasks that the new ones are to follow: other processes run them, and this one hears of their ends only
 * so. Throws {@linkcode ToolFailure} for an id that no task has, and for a task that does not go on by itself.
 */
export async function awaitOthers(io: Io, taskIds: readonly string[], signal: AbortSignal): Promise<void> {
  using reach = new Reach(io, signal);
  await reach.assertKnown(taskIds);
  using limit = new TimeLimit(null);
  const tasks = await Promise.all(taskIds.map((id) => waitForTask(reach, id, limit)));
  for (const task of tasks) refuseStanding(task);
}

function refuseStanding({ task_id, status }: CollectedTask): void {
  if (isSettledStatus(status) && status !== "interrupted") return;
  const hint = status === "needs_input" ? `hermes steer ${task_id} ANSWER` : `hermes resume ${task_id}`;
  const state = status === "needs_input" ? "it waits for an answer" : `it is ${status}`;
  throw new ToolFailure("not_running", `Cannot start after task ${task_id}: ${state}`, {
    hint: `First: ${hint}`,
  });
}
