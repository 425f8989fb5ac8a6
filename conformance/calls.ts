import type { Call, Reading } from "./wire.ts";

// The calls that a scripted model makes, in the spelling of hermes; an adapter may translate them.

/** Starts a task in the background. */
export function spawn(goal: string, more: Reading = {}): Call {
  return { name: "delegate_task_async", args: { goal, ...more } };
}

/** Starts several tasks, all or none, and waits for them. */
export function delegate(tasks: readonly Reading[]): Call {
  return { name: "delegate_task", args: { tasks } };
}

/** Looks at a task. */
export function check(task_id: string): Call {
  return { name: "check_task", args: { task_id } };
}

/** Sends a message to a task. */
export function steer(task_id: string, message: string, mode?: "next" | "now" | "after"): Call {
  return { name: "steer_task", args: { task_id, message, ...(mode === undefined ? {} : { mode }) } };
}

/** Waits for one task. */
export function collect(task_id: string, more: Reading = {}): Call {
  return { name: "collect_task", args: { task_id, ...more } };
}

/** Waits for several tasks. */
export function collectAll(task_ids: readonly string[], more: Reading = {}): Call {
  return { name: "collect_task", args: { task_ids, ...more } };
}

/** Stops a task. */
export function cancel(task_id: string): Call {
  return { name: "cancel_task", args: { task_id } };
}

/** Lists the tasks; `all`: also those that are over and delivered. */
export function list(all = false): Call {
  return { name: "list_tasks", args: all ? { all } : {} };
}

/** A child's last word. */
export function finish(summary: string, more: Reading = {}): Call {
  return { name: "finish", args: { summary, outcome: "done", ...more } };
}

/** A child's question. */
export function ask(question: string): Call {
  return { name: "ask_parent", args: { question } };
}

/** Runs a command in a POSIX shell. */
export function shell(command: string): Call {
  return { name: "terminal", args: { command } };
}
