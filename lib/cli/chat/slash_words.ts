import { isFinal, type TaskState } from "../../protocol/task_state.ts";
import type { Session } from "../../session/session.ts";
import { ToolFailure, type WireError } from "../../support/errors.ts";
import { labelOf } from "../render/list.ts";
import { statusText } from "../render/status.ts";
import { fit } from "../render/text.ts";

/** What a person calls what models call so. */
const WORDS: Readonly<Record<string, string>> = {
  delegate_task_async: "/delegate",
  delegate_task: "/delegate",
  check_task: "/check",
  steer_task: "/steer",
  collect_task: "/collect",
  cancel_task: "/cancel",
  list_tasks: "/list",
};
const TOOL = new RegExp(`\\b(?:${Object.keys(WORDS).join("|")})\\b`, "g");
/** The tools that are about one task, and whether it must not be over. */
const OF_A_TASK: Readonly<Record<string, boolean>> = {
  check_task: false,
  steer_task: true,
  cancel_task: true,
};
/** The arguments that a person gives as words. */
const POSITIONAL = ["goal", "task_id", "task_ids", "message", "reason"];
const MAX_TASKS = 20;
const LINE_CHARS = 100;

/** An error of a tool in the words of the command that a person typed. */
export function inSlashWords(error: WireError, usage: string): WireError {
  const message = error.message.replace(/^Cannot call (?=\w+:)/, "Cannot run ")
    .replaceAll(/unknown key "([^"]+)"/g, "there is no option --$1")
    .replaceAll(TOOL, (tool) => WORDS[tool] ?? tool);
  const hint = error.hint?.startsWith("Arguments: ")
    ? [`Usage: ${usage}`, ...optionsOf(error.hint)].join("\n")
    : error.hint?.replaceAll(TOOL, (tool) => WORDS[tool] ?? tool);
  return { ...error, message, ...(hint === undefined ? {} : { hint }) };
}

function optionsOf(hint: string): string[] {
  const names = hint.replace("Arguments: ", "").split(", ").map((each) => each.replace(" (required)", ""));
  const options = names.filter((name) => !POSITIONAL.includes(name));
  return options.length === 0 ? [] : [`Options: ${options.map((name) => `--${name}`).join(", ")}`];
}

/** Throws {@linkcode ToolFailure} for a command about a task that names none, with the tasks that there are. */
export function assertTaskNamed(
  tool: string,
  args: Readonly<Record<string, unknown>>,
  session: Session,
): void {
  const mustLive = OF_A_TASK[tool];
  if (mustLive === undefined || args["task_id"] !== undefined) return;
  throw new ToolFailure("invalid_arguments", `Cannot run ${WORDS[tool]}: no task is named`, {
    hint: knownTasks(session, mustLive),
  });
}

function knownTasks(session: Session, mustLive: boolean): string {
  const none = session.supervisor.table.seenBy(null).length === 0 ? "There are no tasks yet" : "No task runs";
  return taskLines(session, (state) => !mustLive || !isFinal(state)) ?? none;
}

/** The tasks in these states, a line each, live ones first, then the newest; null: there are none. */
export function taskLines({ supervisor }: Session, isMeant: (state: TaskState) => boolean): string | null {
  const records = supervisor.table.seenBy(null).filter(({ state }) => isMeant(state));
  const over = records.filter(({ state }) => isFinal(state)).toReversed();
  const all = [...records.filter(({ state }) => !isFinal(state)), ...over].slice(0, MAX_TASKS);
  if (all.length === 0) return null;
  return all.map((record) => {
    const view = supervisor.view(record);
    return fit(`${view.task_id} ${statusText(view)}: ${labelOf(view)}`, LINE_CHARS);
  }).join("\n");
}
