import type { SessionEvent } from "../../protocol/events.ts";
import type { TaskView } from "../../protocol/task_view.ts";
import { taskEvents } from "../../session/task_journal.ts";
import type { StoredTask } from "../../store/store.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { endingOf } from "../render/progress_line.ts";
import { oneLine } from "../render/text.ts";
import { FollowLog } from "./follow_log.ts";
import { type Reach, replyOf } from "./reach.ts";

/** How a task is followed. */
export interface FollowOptions {
  /** The number of the last event that is not wanted, in the session that the task belongs to. */
  readonly since?: number | undefined;
  readonly json?: true | undefined;
  readonly jsonl?: true | undefined;
  /** Others are followed beside it. */
  readonly isOneOfMany?: boolean | undefined;
}

/**
 * Prints what happened to a task after event `since`, in whatever sessions it ran, then what happens, until it is over or
 * was interrupted: for people with what it says and what its calls came to, for programs the events.
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
  const note = (event: SessionEvent) => {
    if (event.type === "task.ended" || !LATE.includes(event.type)) isTold = event.type === "task.ended";
    if ("seq" in event) seen.set(event.session_id, event.seq);
  };
  const isForPeople = options.json !== true && options.jsonl !== true;
  const log = !isForPeople ? null : new FollowLog({
    store: reach.store,
    taskId,
    prefix: options.isOneOfMany === true ? `${taskId} | ` : "",
    write: (text) => io.stdout.write(text),
    onlyNew: options.since !== undefined,
  });
  const show = (event: SessionEvent) => {
    note(event);
    log?.show(event);
    if (options.jsonl === true) io.stdout.write(jsonLine(event, io.stdout));
  };
  const replay = (task: StoredTask) => {
    if (!seen.has(task.sessionId)) seen.set(task.sessionId, options.since ?? 0);
    const events = [...taskEvents(reach.store, task, seen)];
    if (log === null) return events.forEach(show);
    events.forEach(note);
    log.replay(events);
  };
  const task = await reach.ask<TaskView>(taskId, {
    async live(client, how, { task, host }) {
      replay(task);
      const params = {
        task_id: taskId,
        since: seen.get(host.sessionId) ?? 0,
        ...isForPeople ? { text: true } : {},
      };
      return (await client.request("follow", params, { ...how, onEvent: show })).task;
    },
    patience: "wait",
    async stored(archive, task) {
      replay(task);
      return replyOf<TaskView>(await archive.call("check_task", { task_id: taskId }));
    },
  });
  if (isTold || log === null) return;
  log.end();
  io.stdout.write(oneLine(`${taskId} ${endingOf(task)}`) + "\n");
}

/** The last word of a task may be followed by these. */
const LATE: readonly SessionEvent["type"][] = ["task.delivered", "text.delta", "task.progress"];
