import type { CollectedTask } from "../../protocol/task_view.ts";
import { formatDuration } from "./format.ts";
import { visibleJson } from "./json.ts";
import { labelOf } from "./list.ts";
import { endingOf } from "./progress_line.ts";
import { oneLine, plainText } from "./text.ts";

/** Where a result stands among those of its command. */
export interface ResultPlace {
  readonly isOneOfMany: boolean;
  /** Nothing was printed before. */
  readonly isFirst: boolean;
}

/** The summary of a completed task as it goes to stdout, under a title when it is one of many. Ends in "\n". */
export function completedText(task: CollectedTask, { isOneOfMany, isFirst }: ResultPlace): string {
  const body = task.result === undefined
    ? task.summary ?? ""
    : visibleJson(JSON.stringify(task.result, null, 2));
  const header = isOneOfMany
    ? `${isFirst ? "" : "\n"}==> ${task.task_id} ${oneLine(labelOf(task))} <==\n`
    : "";
  return `${header}${plainText(body).trimEnd()}\n`;
}

/** What stderr is told of a task that is not completed, with what there is of its work. Ends in "\n". */
export function failedText(task: CollectedTask): string {
  const error = task.error === undefined ? "" : `: ${oneLine(task.error.message)}`;
  const partial = task.status === "needs_input" ? "" : task.summary ?? task.partial_output ?? "";
  const rest = partial === "" ? "" : `${plainText(partial).trimEnd()}\n`;
  const hint = hintOf(task);
  return `hermes: task ${task.task_id} (${oneLine(labelOf(task))}) ${stateOf(task)}${
    plainText(error)
  }\n${rest}${hint === null ? "" : `${hint}\n`}`;
}

function stateOf(task: CollectedTask): string {
  if (task.status === "needs_input") {
    return `${task.waiting_for === "approval" ? "waits for approval" : "asks"}: ${
      oneLine(task.question ?? "")
    }`;
  }
  return task.timed_out ? `is ${task.status}, for ${formatDuration(task.elapsed_s)} now` : endingOf(task);
}

function hintOf({ status, waiting_for, task_id, hint }: CollectedTask): string | null {
  if (status !== "needs_input") return hint ?? null;
  return waiting_for === "approval"
    ? `Answer it with: hermes approve ${task_id}, or hermes deny ${task_id}`
    : `Answer it with: hermes steer ${task_id} ANSWER`;
}
