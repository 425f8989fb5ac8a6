import type { SessionEvent } from "../../protocol/events.ts";
import type { TaskView } from "../../protocol/task_view.ts";
import type { Io } from "../io.ts";
import { endingOf, progressLine } from "../render/progress_line.ts";
import { oneLine } from "../render/text.ts";
import { type Reach, replyOf } from "./reach.ts";

/** How a task is followed. */
export interface FollowOptions {
  /** The number of the last event that is not wanted. */
  readonly since?: number | undefined;
  readonly json?: true | undefined;
  readonly jsonl?: true | undefined;
}

/** Prints what happened to a task after event `since`, then what happens, until it is over or was interrupted. */
export async function followTask(
  io: Io,
  reach: Reach,
  taskId: string,
  options: FollowOptions,
): Promise<void> {
  let isTold = false;
  let since = options.since ?? 0;
  const show = (event: SessionEvent) => {
    if (event.type !== "task.delivered") isTold = event.type === "task.ended"; // its last word may be followed by that
    if ("seq" in event) since = event.seq;
    if (options.json !== true) io.stdout.write(lineOf(event, options));
  };
  const task = await reach.ask<TaskView>(taskId, {
    async live(client, how) {
      return (await client.request("follow", { task_id: taskId, since }, { ...how, onEvent: show })).task;
    },
    patience: "wait",
    async stored(archive, { sessionId }) {
      for (const event of reach.store.events(sessionId, since)) if (event.task_id === taskId) show(event);
      return replyOf<TaskView>(await archive.call("check_task", { task_id: taskId }));
    },
  });
  if (!isTold && options.json !== true && options.jsonl !== true) {
    io.stdout.write(oneLine(`${taskId} ${endingOf(task)}`) + "\n");
  }
}

function lineOf(event: SessionEvent, { jsonl }: FollowOptions): string {
  if (jsonl === true) return JSON.stringify(event) + "\n";
  const line = progressLine(event);
  return line === null ? "" : `${line}\n`;
}
