import type { WireError } from "../../support/errors.ts";
import type { CollectedTask, DelegateReply, ListReply, TaskView } from "../../protocol/task_view.ts";
import { oneLine, type Step } from "./commands.ts";
import { endText, questionText } from "./notice_text.ts";

/** What a call came to, in plain words. `isTrouble`: it did not work out. */
export interface Report {
  readonly text: string;
  readonly isTrouble: boolean;
}

/** The results of the calls of one step, in plain words. */
export function reportStep(step: Step, results: readonly string[]): Report {
  const reports = results.map((result, index) => reportCall(step, result, index));
  const note = step.verb === "delegate" && !step.waits && reports.some(({ isTrouble }) => !isTrouble)
    ? [NOTE]
    : [];
  return {
    text: [...reports.map(({ text }) => text), ...note].join("\n"),
    isTrouble: reports.some(({ isTrouble }) => isTrouble),
  };
}

const NOTE = "There is no result yet; results come when the tasks end.";

/** JSON that our own tools wrote; a field may be missing where others did. */
type Fields = Readonly<Partial<Record<string, unknown>>>;

function reportCall(step: Step, result: string, index: number): Report {
  const fields = jsonObject(result);
  const error = fields === null ? null : errorOf(fields);
  if (error !== null) {
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    return { text: `${label(step, index)} failed: ${error.message}${hint}`, isTrouble: true };
  }
  if (step.verb === "ask" && typeof fields?.answer === "string") {
    return fine(`The answer to "${oneLine(step.question)}": ${fields.answer}`);
  }
  if (fields === null) return fine(`${label(step, index)}:\n${result}`);
  return READERS[step.verb]?.(fields, step, index) ?? fine(`${label(step, index)}:\n${result}`);
}

/** What stands before a result; several calls of one step are told apart by their id. */
function label(step: Step, index: number): string {
  if (step.verb === "check" || step.verb === "cancel") return `${step.verb} ${step.ids[index] ?? ""}`;
  return step.source.replaceAll(/\s+/g, " ");
}

const READERS: Readonly<
  Partial<Record<Step["verb"], (fields: Fields, step: Step, index: number) => Report>>
> = {
  run: reportCommand,
  write: (fields, step) => fine(`${step.verb}: ${fields["path"]}, ${fields["bytes"]} bytes`),
  delegate: (fields) => "results" in fields ? reportResults(fields) : fine(`Started ${statusLine(fields)}`),
  check: (fields) => fine([statusLine(fields), ...previewOf(fields)].join("\n")),
  collect: (fields) => "results" in fields ? reportResults(fields) : reportTask(fields),
  cancel: reportCancel,
  steer: (fields) => fine(`${fields["steer_id"]} for ${fields["task_id"]} is ${fields["state"]}`),
  list: reportList,
};

function reportCommand(fields: Fields, step: Step): Report {
  const { exit_code, output, note } = fields;
  const end = exit_code === null ? "it was killed" : `exit code ${exit_code}`;
  const lines = [`${step.source} (${end})`, note, typeof output === "string" ? output.trimEnd() : ""];
  return {
    text: lines.filter((line) => typeof line === "string" && line !== "").join("\n"),
    isTrouble: exit_code !== 0,
  };
}

function reportResults(fields: Fields): Report {
  const { results = [], pending = [] } = fields as Partial<DelegateReply>; // our own tool wrote it
  const reports = results.map(reportTask);
  const open = pending.map((id) => `${id} is not over yet`);
  return {
    text: [...reports.map(({ text }) => text), ...open].join("\n") || "No task to collect",
    isTrouble: reports.some(({ isTrouble }) => isTrouble),
  };
}

/** A collected task: its end and its summary, or how it stands. */
function reportTask(fields: Partial<CollectedTask>): Report {
  const { task_id = "", status, reason, summary, error, partial_output, question } = fields;
  if (typeof question === "string") return fine(questionText(task_id, question));
  const end = endText(task_id, status, reason);
  const isOver = status === "completed" || status === "failed" || status === "cancelled";
  if (!isOver) return fine(`${end}: there is no result yet`);
  const why = error === undefined ? [] : [error.message];
  const said = typeof summary === "string"
    ? [summary]
    : partial_output
    ? [`It had said: ${partial_output}`]
    : [];
  return { text: [`${end}:`, ...why, ...said].join("\n"), isTrouble: status !== "completed" };
}

function reportCancel(fields: Fields): Report {
  const had = fields["partial_output"];
  const isLate = fields["already_final"] === true;
  const line = isLate ? `It was over already: ${statusLine(fields)}` : statusLine(fields);
  return fine(typeof had === "string" && had !== "" && !isLate ? `${line}\nIt had said: ${had}` : line);
}

function reportList(fields: Fields): Report {
  const { tasks = [], slots } = fields as Partial<ListReply>; // our own tool wrote it
  const lines = tasks.length === 0 ? ["There are no tasks."] : tasks.map(statusLine);
  const room = slots === undefined
    ? []
    : [`${slots.running} of ${slots.limit} slots in use, ${slots.queued} queued`];
  return fine([...lines, ...room].join("\n"));
}

/** `t7f3k9 running, turn 3, 2.1 s: GOAL`. */
function statusLine(view: Partial<TaskView>): string {
  const { task_id = "", status, queue_position, turn, elapsed_s, goal = "" } = view;
  const place = typeof queue_position === "number" ? `, ${queue_position} in the queue` : "";
  const pace = status === "queued" ? place : `, turn ${turn ?? 0}, ${elapsed_s ?? 0} s`;
  const asked = typeof view.question === "string" ? `\n${questionText(task_id, view.question)}` : "";
  return `${endText(task_id, status, view.reason)}${pace}: ${oneLine(goal)}${asked}`;
}

function previewOf({ output_preview: lines }: Fields): readonly string[] {
  return Array.isArray(lines) ? lines.map((line) => `  ${line}`) : [];
}

function errorOf({ error }: Fields): WireError | null {
  const isError = typeof error === "object" && error !== null && "code" in error && "message" in error;
  return isError ? error as WireError : null; // checked as far as it is used
}

function jsonObject(text: string): Fields | null {
  if (!text.startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fine(text: string): Report {
  return { text, isTrouble: false };
}
