import type { SlotsView, TaskView } from "../../protocol/task_view.ts";
import { painter } from "./colour.ts";
import { formatCost, formatDuration, formatTokens } from "./format.ts";
import { statusColour, statusText } from "./status.ts";
import { type Column, renderTable } from "./table.ts";
import { oneLine } from "./text.ts";

/** How a table of tasks is shown. */
export interface ListOptions {
  /** Of the terminal; undefined: as wide as it gets. */
  readonly columns: number | undefined;
  readonly color: boolean;
}

/** The tasks as a table that fits the terminal, and under it how the slots stand. Ends in "\n". */
export function renderList(tasks: readonly TaskView[], slots: SlotsView, options: ListOptions): string {
  return renderTasks(tasks, options) + renderSlots(slots) + "\n";
}

/** The tasks as a table that fits the terminal. Ends in "\n". */
export function renderTasks(tasks: readonly TaskView[], options: ListOptions): string {
  return tasks.length === 0 ? "no tasks\n" : renderTable(columnsOf(options), tasks.map(rowOf), options);
}

/** How the slots stand, in one line. */
export function renderSlots({ running, limit, queued }: SlotsView): string {
  return `slots: ${running} of ${limit} running, ${queued} queued`;
}

/** What a task is called: its name, where it has one, before its goal; on one line. */
export function labelOf({ name, goal }: Pick<TaskView, "name" | "goal">): string {
  return oneLine(name === null ? goal : `${name}: ${goal}`);
}

function columnsOf({ color }: ListOptions): Column[] {
  const paint = painter(color);
  return [
    { title: "ID" },
    { title: "STATUS", paint: (cell) => paint(statusColour(cell), cell) },
    { title: "ELAPSED", align: "right", sacrifice: 1 },
    { title: "TURN", align: "right", sacrifice: 3 },
    { title: "TOKENS", align: "right", sacrifice: 2 },
    { title: "COST", align: "right", sacrifice: 2 },
    { title: "GOAL" },
  ];
}

function rowOf(task: TaskView): string[] {
  return [
    task.task_id,
    statusText(task),
    task.status === "queued" ? "-" : formatDuration(task.elapsed_s),
    `${task.turn}/${task.max_turns}`,
    formatTokens(task.tokens.input + task.tokens.output),
    formatCost(task.cost_usd),
    labelOf(task),
  ];
}
