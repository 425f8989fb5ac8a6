import { callTools, type RecordedRequest, type Reply, type ScriptedCall } from "./scripted_server.ts";

/** A call of `delegate_task_async`. */
export function spawnCall(goal: string, more: Record<string, unknown> = {}): ScriptedCall {
  return { name: "delegate_task_async", args: { goal, ...more } };
}

/** A child's answer that ends its task. */
export function finish(summary: string, outcome = "done"): Reply {
  return callTools([{ name: "finish", args: { summary, outcome } }]);
}

/** One of the goals: the one that a child's request is about. Throws when there is none. */
export function goalOf(request: RecordedRequest, goals: readonly string[]): string {
  const goal = goals.find((each) => request.raw.includes(each));
  if (goal === undefined) throw new Error(`No known goal in: ${request.raw.slice(0, 500)}`);
  return goal;
}
