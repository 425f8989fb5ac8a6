import * as z from "zod/mini";
import type { Tool } from "../tool.ts";
import prose from "./list_tasks.md" with { type: "text" };

const parameters = z.strictObject({
  status: z.optional(
    z.enum([
      "queued",
      "running",
      "needs_input",
      "stopping",
      "completed",
      "failed",
      "cancelled",
      "interrupted",
    ]),
  ),
  all: z.optional(z.boolean().check(z.describe("Finished and delivered ones too"))),
});

/** The arguments of `list_tasks`. */
export type ListArguments = z.infer<typeof parameters>;

/** The tool `list_tasks`; the parent side answers it. */
export const tool: Tool<ListArguments> = {
  name: "list_tasks",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("list_tasks", args, context.signal),
};
