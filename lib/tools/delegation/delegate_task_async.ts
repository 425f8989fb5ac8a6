import type { Tool } from "../tool.ts";
import prose from "./delegate_task_async.md" with { type: "text" };
import { type TaskRequest, taskRequest } from "./task_arguments.ts";

/** The tool `delegate_task_async`; the parent side answers it. */
export const tool: Tool<TaskRequest> = {
  name: "delegate_task_async",
  description: prose.trim(),
  parameters: taskRequest,
  run: (args, context) => context.call("delegate_task_async", args, context.signal),
};
