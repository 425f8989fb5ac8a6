import * as z from "zod/mini";
import { taskId } from "./task_arguments.ts";
import type { Tool } from "../tool.ts";
import prose from "./cancel_task.md" with { type: "text" };

const parameters = z.strictObject({ task_id: taskId, reason: z.optional(z.string()) });

/** The arguments of `cancel_task`. */
export type CancelArguments = z.infer<typeof parameters>;

/** The tool `cancel_task`; the parent side answers it. */
export const tool: Tool<CancelArguments> = {
  name: "cancel_task",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("cancel_task", args, context.signal),
};
