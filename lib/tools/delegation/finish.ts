import * as z from "zod/mini";
import { ToolFailure } from "../../support/errors.ts";
import type { Tool } from "../tool.ts";
import prose from "./finish.md" with { type: "text" };

/** The arguments of `finish`. */
export const finishArguments = z.strictObject({
  summary: z.string().check(z.describe("All that the parent will see: findings, paths, what was not done")),
  outcome: z.optional(z.enum(["done", "partial", "blocked"])),
  result: z.optional(
    z.unknown().check(z.describe("Only when an output schema was given: data that satisfies it")),
  ),
});

/** What {@linkcode finishArguments} yields. */
export type FinishArguments = z.infer<typeof finishArguments>;

/** The tool `finish`: the agent loop takes the first of a message as the child's last word; another one is refused. */
export const tool: Tool<FinishArguments> = {
  name: "finish",
  description: prose.trim(),
  parameters: finishArguments,
  run: () =>
    Promise.reject(
      new ToolFailure("invalid_arguments", "Cannot finish twice: the first finish of the message is taken", {
        hint: "Call finish once, with all that is to be said",
      }),
    ),
};
