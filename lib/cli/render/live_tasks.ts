import type { SessionEvent } from "../../protocol/events.ts";
import type { TaskView } from "../../protocol/task_view.ts";
import { callText } from "./call_text.ts";
import { formatDuration } from "./format.ts";
import { labelOf } from "./list.ts";
import { fit, oneLine } from "./text.ts";

/** How many lines there is room for, and how wide they are. */
interface Room {
  readonly rows: number;
  readonly columns: number;
}

interface LiveTask {
  readonly label: string;
  readonly startedAt: number;
  readonly doing: string;
}

/** The tasks that wait or work, as their events tell. */
export class LiveTasks {
  readonly #queued = new Set<string>();
  readonly #working = new Map<string, LiveTask>();

  /** Takes an event in; says whether {@linkcode rows} may differ now. `now` in milliseconds since the epoch. */
  update(event: SessionEvent, now: number): boolean {
    if (event.type === "task.queued") this.#queued.add(event.task.task_id);
    else if (event.type === "task.started") this.#start(event.task, now);
    else if (event.type === "task.ended") this.#end(event.task.task_id);
    else if (event.type === "tool.started") {
      return this.#doing(event.task_id, callText(event.name, event.about));
    } else if (event.type === "task.question") return this.#doing(event.task_id, "waits for an answer");
    else if (event.type === "task.progress") {
      return this.#doing(event.task_id, event.current_tool ?? `turn ${event.turn}`);
    } else return false;
    return true;
  }

  /** A line per working task in the order of their starts, and one for all that have no line of their own. */
  rows({ rows, columns }: Room, now: number): string[] {
    const hidden = this.#working.size > rows;
    const shown = [...this.#working].slice(0, hidden ? rows - 1 : rows);
    const lines = shown.map(([id, { label, startedAt, doing }]) => {
      const elapsed = formatDuration(Math.max(0, now - startedAt) / 1000);
      return fit(oneLine(`${id} ${elapsed} ${doing} · ${label}`), columns);
    });
    const rest = [
      ...(hidden ? [`${this.#working.size - shown.length} more running`] : []),
      ...(this.#queued.size > 0 ? [`${this.#queued.size} queued`] : []),
    ];
    return rest.length === 0 ? lines : [...lines, fit(rest.join(", "), columns)];
  }

  #start(task: TaskView, now: number): void {
    this.#queued.delete(task.task_id);
    const startedAt = now - task.elapsed_s * 1000;
    this.#working.set(task.task_id, { label: labelOf(task), startedAt, doing: "starts" });
  }

  #end(id: string): void {
    this.#queued.delete(id);
    this.#working.delete(id);
  }

  #doing(id: string | undefined, doing: string): boolean {
    const task = id === undefined ? undefined : this.#working.get(id);
    if (id === undefined || task === undefined || task.doing === doing) return false;
    this.#working.set(id, { ...task, doing });
    return true;
  }
}
