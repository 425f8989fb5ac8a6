import * as z from "zod/mini";
import { taskId } from "./task_arguments.ts";
import type { Tool } from "../tool.ts";
import prose from "./steer_task.md" with { type: "text" };

const parameters = z.strictObject({
  task_id: taskId,
  message: z.string().check(z.minLength(1)),
  mode: z.optional(z.enum(["next", "now", "after"])),
});

/** The arguments of `steer_task`. */
export type SteerArguments = z.infer<typeof parameters>;

/** The tool `steer_task`; the parent side answers it. */
export const tool: Tool<SteerArguments> = {
  name: "steer_task",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("steer_task", args, context.signal),
};
