import type { TaskStatus } from "../../protocol/task_state.ts";

const FINAL: readonly TaskStatus[] = ["completed", "failed", "cancelled"];

/** Whether a task of this status never changes again. */
export function isFinalStatus(status: TaskStatus): boolean {
  return FINAL.includes(status);
}

/** Whether nothing runs of a task of this status: it is over, or was interrupted. */
export function isSettledStatus(status: TaskStatus): boolean {
  return isFinalStatus(status) || status === "interrupted";
}
