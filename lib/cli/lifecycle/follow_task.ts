import type { SessionEvent } from "../../protocol/events.ts";
import type { TaskView } from "../../protocol/task_view.ts";
import { taskEvents } from "../../session/task_journal.ts";
import type { StoredTask } from "../../store/store.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { endingOf, progressLine } from "../render/progress_line.ts";
import { oneLine } from "../render/text.ts";
import { type Reach, replyOf } from "./reach.ts";

/** How a task is followed. */
export interface FollowOptions {
  /** The number of the last event that is not wanted, in the session that the task belongs to. */
  readonly since?: number | undefined;
  readonly json?: true | undefined;
  readonly jsonl?: true | undefined;
}

/**
 * Prints what happened to a task after event `since`, in whatever sessions it ran, then what happens, until it is over or
 * was interrupted.
 */
export async function followTask(
  io: Io,
  reach: Reach,
  taskId: string,
  options: FollowOptions,
): Promise<void> {
  let isTold = false;
  /** By session: they number their events on their own. */
  const seen = new Map<string, number>();
  const show = (event: SessionEvent) => {
    if (event.type !== "task.delivered") isTold = event.type === "task.ended"; // its last word may be followed by that
    if ("seq" in event) seen.set(event.session_id, event.seq);
    if (options.json !== true) io.stdout.write(lineOf(io, event, options));
  };
  const replay = (task: StoredTask) => {
    if (!seen.has(task.sessionId)) seen.set(task.sessionId, options.since ?? 0);
    for (const event of taskEvents(reach.store, task, seen)) show(event);
  };
  const task = await reach.ask<TaskView>(taskId, {
    async live(client, how, { task, host }) {
      replay(task);
      const params = { task_id: taskId, since: seen.get(host.sessionId) ?? 0 };
      return (await client.request("follow", params, { ...how, onEvent: show })).task;
    },
    patience: "wait",
    async stored(archive, task) {
      replay(task);
      return replyOf<TaskView>(await archive.call("check_task", { task_id: taskId }));
    },
  });
  if (!isTold && options.json !== true && options.jsonl !== true) {
    io.stdout.write(oneLine(`${taskId} ${endingOf(task)}`) + "\n");
  }
}

function lineOf({ stdout }: Io, event: SessionEvent, { jsonl }: FollowOptions): string {
  if (jsonl === true) return jsonLine(event, stdout);
  const line = progressLine(event);
  return line === null ? "" : `${line}\n`;
}
