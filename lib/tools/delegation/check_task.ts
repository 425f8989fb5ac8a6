import * as z from "zod/mini";
import { taskId } from "./task_arguments.ts";
import type { Tool } from "../tool.ts";
import prose from "./check_task.md" with { type: "text" };

const parameters = z.strictObject({ task_id: taskId });

/** The arguments of `check_task`. */
export type CheckArguments = z.infer<typeof parameters>;

/** The tool `check_task`; the parent side answers it. */
export const tool: Tool<CheckArguments> = {
  name: "check_task",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("check_task", args, context.signal),
};
