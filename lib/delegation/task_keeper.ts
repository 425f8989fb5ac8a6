import type { ConversationUpdate, Message } from "../protocol/conversation.ts";
import type { TaskRecord } from "./task_record.ts";
import type { TaskSnapshot } from "./task_snapshot.ts";

/** Keeps what of tasks outlives their process; none of it throws. */
export interface TaskKeeper {
  /** The task is new or has changed. What it is then is read a moment later, unless the next event is kept first. */
  changed(record: TaskRecord): void;
  /** What the conversation of a task has become. */
  conversation(record: TaskRecord, update: ConversationUpdate): void;
  /** The conversation of a task as an earlier run left it; empty when there was none. */
  history(record: TaskRecord): readonly Message[];
  /** A task that is not of this process; undefined when there is none of that id. */
  find(taskId: string): TaskSnapshot | undefined;
  /** The ids of the last `count` tasks that there are, of whatever session. */
  lastIds(count: number): readonly string[];
}
