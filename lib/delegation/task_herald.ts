import type { AgentEvent } from "../protocol/agent_events.ts";
import { compactedBody } from "../protocol/compacted_body.ts";
import { fellBackBody } from "../protocol/fell_back_body.ts";
import type { TaskEvent } from "../protocol/task_state.ts";
import type { TaskView } from "../protocol/task_view.ts";
import type { Ground } from "./ground.ts";
import type { TaskRecord } from "./task_record.ts";

/** Tells the event stream what becomes of tasks. */
export class TaskHerald {
  readonly #emit: Ground["emit"];
  readonly #view: (record: TaskRecord) => TaskView;

  /** `view`: a task as everyone sees it. */
  constructor(emit: Ground["emit"], view: (record: TaskRecord) => TaskView) {
    this.#emit = emit;
    this.#view = view;
  }

  /** A task waits for its turn, at first or again. */
  queued(record: TaskRecord): void {
    this.#emit({ type: "task.queued", task: this.#view(record) }, record.id);
  }

  /** The status of a task has changed. */
  changed(record: TaskRecord, event: TaskEvent): void {
    const { id } = record;
    if (event.type === "started") this.#emit({ type: "task.started", task: this.#view(record) }, id);
    if (event.type === "asked" && event.question.kind === "answer") {
      this.#emit({ type: "task.question", question: event.question.text }, id);
    }
    if (record.isFinal) this.#emit({ type: "task.ended", task: this.#view(record) }, id);
  }

  /** The child of a task did something, which stands in its record already. */
  did({ id }: TaskRecord, event: AgentEvent): void {
    if (event.type === "tool_started") {
      const { callId: call_id, name, about } = event;
      this.#emit({ type: "tool.started", call_id, name, about }, id);
    }
    if (event.type === "tool_ended") {
      const { callId: call_id, name, durationMs: duration_ms, errorCode: error_code } = event;
      this.#emit({ type: "tool.ended", call_id, name, duration_ms, error_code }, id);
    }
    if (event.type === "compacted") this.#emit(compactedBody(event), id);
    if (event.type === "fell_back") this.#emit(fellBackBody(event), id);
  }

  /** Where a task is; may be dropped. */
  progress({ id, progress: { turn, currentTool: current_tool } }: TaskRecord): void {
    this.#emit({ type: "task.progress", turn, current_tool }, id);
  }
}
