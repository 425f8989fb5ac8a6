import type {
  CancelReply,
  CheckReply,
  CollectedTask,
  CollectedTasks,
  DelegateReply,
  ListReply,
  SpawnReply,
  SteerReply,
} from "../../protocol/task_view.ts";
import { formatDuration } from "./format.ts";
import { labelOf, type ListOptions, renderList } from "./list.ts";
import { endingOf } from "./progress_line.ts";
import { renderTask } from "./task.ts";
import { oneLine, plainText } from "./text.ts";

/** What each delegation tool replies. */
interface Replies {
  delegate_task_async: SpawnReply;
  check_task: CheckReply;
  steer_task: SteerReply;
  collect_task: CollectedTask | CollectedTasks;
  cancel_task: CancelReply;
  list_tasks: ListReply;
  delegate_task: DelegateReply;
}

const RENDER: { readonly [Name in keyof Replies]: (reply: Replies[Name], options: ListOptions) => string } = {
  delegate_task_async: (task) => `${task.task_id} ${task.status}: ${labelOf(task)}\n`,
  check_task: renderTask,
  steer_task: ({ task_id, steer_id }) => `${task_id} ${steer_id} queued\n`,
  collect_task: (reply) => "results" in reply ? severalOrNone(reply) : collectedTask(reply),
  cancel_task: (task) => {
    const words = task.already_final === true ? `was already ${task.status}` : endingOf(task);
    return `${task.task_id} ${words}${
      task.already_final === true ? "" : `, settled in ${Math.round(task.settled_ms)} ms`
    }\n`;
  },
  list_tasks: ({ tasks, slots }, options) => renderList(tasks, slots, options),
  delegate_task: (reply) => severalTasks({ pending: [], ...reply }),
};

/** The reply of a delegation tool as text for people. Ends in "\n". */
export function renderReply(tool: string, reply: unknown, options: ListOptions): string {
  // The tool's name tells the shape of its reply (protocol/task_view.ts).
  const render = RENDER[tool as keyof Replies] as (reply: unknown, options: ListOptions) => string;
  return render(reply, options);
}

/** Nobody has named a task: there may be none. */
function severalOrNone(reply: CollectedTasks): string {
  const isNone = reply.results.length === 0 && reply.pending.length === 0;
  return isNone ? "nothing to collect: no task runs and no result waits\n" : severalTasks(reply);
}

function severalTasks({ results, pending }: Pick<CollectedTasks, "results" | "pending">): string {
  const waiting = pending.length === 0 ? "" : `not over: ${pending.join(", ")}\n`;
  return results.map((task) => `==> ${task.task_id} ${oneLine(labelOf(task))} <==\n${collectedTask(task)}`)
    .join("\n") + waiting;
}

function collectedTask(task: CollectedTask): string {
  const text = task.summary ?? task.partial_output ?? "";
  const body = text === "" ? "" : `${plainText(text).trimEnd()}\n`;
  if (task.status === "completed") return body;
  if (task.timed_out) return `${task.task_id} is ${task.status}, for ${formatDuration(task.elapsed_s)} now\n`;
  const error = task.error === undefined ? "" : `: ${oneLine(task.error.message)}`;
  return `${task.task_id} ${endingOf(task)}${error}\n${body}`;
}
