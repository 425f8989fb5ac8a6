import * as z from "zod/mini";

/** A time of the contract (§2): seconds, fractions allowed, up to a week. */
export const seconds = z.number().check(z.gte(0), z.lte(604_800));

/** The id of a task as an argument; whether it is known is said later, with the ids that are. */
export const taskId = z.string().check(z.minLength(1));

/** The arguments that describe one task, as `delegate_task_async` and `delegate_task` take them. */
export const taskFields = {
  goal: z.string().check(
    z.trim(),
    z.minLength(1),
    z.describe("All the child knows: the task and what to return"),
  ),
  context: z.optional(z.string().check(z.describe("Facts, paths and constraints it needs"))),
  name: z.optional(z.string().check(z.maxLength(40), z.describe("Short label"))),
  toolsets: z.optional(z.array(z.string())),
  tier: z.optional(z.string()),
  model: z.optional(z.string()),
  max_turns: z.optional(z.int().check(z.gte(1), z.lte(10_000))),
  timeout_s: z.optional(seconds),
  token_budget: z.optional(z.int().check(z.gte(1))),
  budget_usd: z.optional(z.number().check(z.gt(0))),
  after: z.optional(
    z.array(taskId).check(z.describe("Start when these tasks completed; it gets their summaries")),
  ),
  output_schema: z.optional(z.record(z.string(), z.unknown()).check(z.describe("JSON Schema of its result"))),
  isolation: z.optional(z.enum(["none"])),
};

/** One task to delegate, as asked for; spelled as on the wire. */
export const taskRequest = z.strictObject(taskFields);

/** What {@linkcode taskRequest} yields. */
export type TaskRequest = z.infer<typeof taskRequest>;
