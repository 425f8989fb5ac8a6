import * as z from "zod/mini";
import { taskFields, taskRequest } from "./task_arguments.ts";
import type { Tool } from "../tool.ts";
import prose from "./delegate_task.md" with { type: "text" };

const parameters = z.strictObject({
  ...taskFields,
  goal: z.optional(taskFields.goal),
  tasks: z.optional(z.array(taskRequest).check(z.minLength(1))),
});

/** The arguments of `delegate_task`: one goal, or `tasks`. */
export type DelegateArguments = z.infer<typeof parameters>;

/** The tool `delegate_task`; the parent side answers it. */
export const tool: Tool<DelegateArguments> = {
  name: "delegate_task",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("delegate_task", args, context.signal),
};
