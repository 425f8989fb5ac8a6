import * as z from "zod/mini";
import type { Tool } from "../tool.ts";
import prose from "./ask_parent.md" with { type: "text" };

const parameters = z.strictObject({ question: z.string().check(z.minLength(1)) });

/** The arguments of `ask_parent`. */
export type AskArguments = z.infer<typeof parameters>;

/** The tool `ask_parent`; the parent side answers it. */
export const tool: Tool<AskArguments> = {
  name: "ask_parent",
  description: prose.trim(),
  parameters,
  run: (args, context) => context.call("ask_parent", args, context.signal),
};
