import type { Step } from "./commands.ts";

/** A tool call that the model asks for. */
export interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The name under which a child ends its work. */
export const FINISH = "finish";

/** The tool that a step needs; null when the model does it itself. */
export function toolOf(step: Step): string | null {
  return callsOf(step)[0]?.name ?? null;
}

/** The calls of one step, all made in one turn. */
export function callsOf(step: Step): readonly Call[] {
  switch (step.verb) {
    case "wait":
    case "say":
      return [];
    case "run":
      return [{ name: "terminal", args: { command: step.command } }];
    case "read":
      return [{ name: "read_file", args: { path: step.path } }];
    case "write":
      return [{ name: "write_file", args: { path: step.path, content: step.content } }];
    case "ask":
      return [{ name: "ask_parent", args: { question: step.question } }];
    case "list":
      return [{ name: "list_tasks", args: step.all ? { all: true } : {} }];
    case "steer":
      return [{ name: "steer_task", args: { task_id: step.id, message: step.message } }];
    case "check":
    case "cancel":
      return step.ids.map((id) => ({ name: `${step.verb}_task`, args: { task_id: id } }));
    case "collect":
      return [{ name: "collect_task", args: whichTasks(step.ids) }];
    case "delegate":
      return delegations(step.goals, step.waits);
    default:
      return step satisfies never;
  }
}

function whichTasks(ids: readonly string[]): Call["args"] {
  if (ids.length === 0) return {};
  return ids.length === 1 ? { task_id: ids[0] } : { task_ids: ids };
}

function delegations(goals: readonly string[], waits: boolean): readonly Call[] {
  const tasks = goals.map((goal) => ({ goal }));
  return waits
    ? [{ name: "delegate_task", args: { tasks } }]
    : tasks.map((task) => ({ name: "delegate_task_async", args: task }));
}
