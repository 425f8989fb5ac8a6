import * as z from "zod/mini";
import { seconds, taskId } from "./task_arguments.ts";
import type { Tool } from "../tool.ts";
import prose from "./collect_task.md" with { type: "text" };

const parameters = z.strictObject({
  task_id: z.optional(taskId),
  task_ids: z.optional(z.array(taskId).check(z.minLength(1))),
  mode: z.optional(
    z.union([z.enum(["all", "any"]), z.strictObject({ at_least: z.int().check(z.gte(1)) })]),
  ),
  timeout_s: z.optional(seconds.check(z.describe("Absent: no limit; 0: look now"))),
});

/** The arguments of `collect_task`. */
export type CollectArguments = z.infer<typeof parameters>;

/** The tool `collect_task`; the parent side answers it. */
export const tool: Tool<CollectArguments> = {
  name: "collect_task",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("collect_task", args, context.signal),
};
