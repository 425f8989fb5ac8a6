import type { TaskView } from "../../protocol/task_view.ts";
import type { Colour } from "./colour.ts";

/** A task's status with what explains it: `failed (timeout)`, `queued (2)`, `running (rate)`, `completed (partial)`. */
export function statusText(task: TaskView): string {
  const detail = detailOf(task);
  return detail === null ? task.status : `${task.status} (${detail})`;
}

/** The colour that a line about a task has by its status. */
export function statusColour(status: string): Colour {
  return COLOURS.find(([name]) => status.startsWith(name))?.[1] ?? "dim";
}

const COLOURS: readonly (readonly [string, Colour])[] = [
  ["completed (", "yellow"],
  ["completed", "green"],
  ["failed", "red"],
  ["needs_input", "yellow"],
  ["interrupted", "yellow"],
  ["stopping", "yellow"],
  ["running", "cyan"],
];

function detailOf(task: TaskView): string | null {
  if (task.status === "failed") return task.reason;
  if (task.status === "completed") return task.outcome === "done" ? null : task.outcome;
  if (task.status === "queued") {
    return task.queue_position === null ? task.waiting_for : String(task.queue_position);
  }
  if (task.status === "needs_input") return task.waiting_for === "approval" ? task.waiting_for : null;
  return task.status === "running" ? task.waiting_for : null;
}
