import { summaryOf } from "../../delegation/notice.ts";
import { TaskRecord } from "../../delegation/task_record.ts";
import { TaskTable } from "../../delegation/task_table.ts";
import { viewTask } from "../../delegation/view.ts";
import type { Message } from "../../protocol/conversation.ts";
import type { EvidenceView, TaskView } from "../../protocol/task_view.ts";
import { snapshotOf, topDown } from "../../session/task_rows.ts";
import type { Store } from "../../store/store.ts";
import type { WireError } from "../../support/errors.ts";

/** A stored task with all that is kept of it. */
export interface TaskStory {
  readonly task: TaskView;
  /** The whole goal and context; the record's goal is cut. */
  readonly goal: string;
  readonly context: string | null;
  readonly ownerId: string | null;
  readonly depth: number;
  readonly summary: string | null;
  readonly result: unknown;
  readonly error: WireError | null;
  readonly partialOutput: string | null;
  readonly evidence: EvidenceView;
  readonly conversation: readonly Message[];
}

/** The tasks of a session as they are stored, each after the one that spawned it. `now` in milliseconds since the epoch. */
export function taskStories(store: Store, sessionId: string, now: number): readonly TaskStory[] {
  const table = new TaskTable();
  const tasks = topDown(store.tasks.list({ sessionId }));
  const records = tasks.map((task) => {
    const record = TaskRecord.restored(snapshotOf(task), () => {}); // a look changes nothing
    table.add(record);
    return { record, delivered: task.delivered !== null };
  });
  return records.map(({ record, delivered }) => {
    const subtree = table.subtree(record);
    const task = viewTask(record, { now, queuePosition: null, delivered, subtree });
    return { task, ...storyOf(record), conversation: store.conversation(sessionId, record.id) };
  });
}

function storyOf(record: TaskRecord): Omit<TaskStory, "task" | "conversation"> {
  const { spec, state, progress, evidence } = record;
  const isCompleted = state.status === "completed";
  return {
    goal: spec.goal,
    context: spec.context,
    ownerId: spec.ownerId,
    depth: spec.depth,
    summary: summaryOf(record),
    result: isCompleted ? state.final.result : undefined,
    error: state.status === "failed" ? state.error : null,
    partialOutput: isCompleted ? null : progress.output.lastLines(Infinity).join("\n"),
    evidence: evidence.view,
  };
}
