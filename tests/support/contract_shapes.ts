import * as z from "zod/mini";

// The replies as the contract spells them, written anew: more fields may be there, none of these may be missing.

const seconds = z.number().check(z.nonnegative());
const count = z.int().check(z.nonnegative());
const taskId = z.string().check(z.regex(/^t[0-9a-hjkmnp-tv-z]{5}$/));
const steerId = z.string().check(z.minLength(1));
const tokens = z.looseObject({ input: count, cached: count, output: count, reasoning: count });
const cost = z.nullable(z.number());
const slots = z.looseObject({ running: count, limit: count, queued: count });

const record = {
  task_id: taskId,
  name: z.nullable(z.string()),
  goal: z.string().check(z.maxLength(200)),
  status: z.enum([
    "queued",
    "running",
    "needs_input",
    "stopping",
    "completed",
    "failed",
    "cancelled",
    "interrupted",
  ]),
  reason: z.nullable(z.string()),
  outcome: z.nullable(z.enum(["done", "partial", "blocked"])),
  waiting_for: z.nullable(z.enum(["slot", "after", "rate", "budget", "approval", "answer", "child"])),
  queue_position: z.nullable(z.int().check(z.positive())),
  queued_s: seconds,
  elapsed_s: seconds,
  turn: count,
  max_turns: z.int().check(z.positive()),
  current_tool: z.nullable(z.string()),
  last_activity_s: seconds,
  model: z.string(),
  tier: z.nullable(z.string()),
  rule: z.string().check(z.minLength(1)),
  toolsets: z.array(z.string()),
  tokens,
  cost_usd: cost,
  subtree: z.looseObject({ tokens, cost_usd: cost }),
  output_lines: count,
  steers: z.array(z.looseObject({
    steer_id: steerId,
    state: z.enum(["queued", "delivered", "missed"]),
    delivered_at_turn: z.optional(count),
  })),
  question: z.nullable(z.string()),
  delivered: z.boolean(),
};

const evidence = z.looseObject({
  scope: z.literal("tools"),
  requests: count,
  tool_calls: z.record(z.string(), count),
  files_written: z.array(
    z.looseObject({ path: z.string(), bytes: count, sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
  ),
  files_changed: z.optional(z.array(z.string())),
  files_changed_note: z.optional(z.string()),
  commands: z.array(z.looseObject({ command: z.string(), exit_code: z.nullable(z.int()) })),
  urls: z.array(z.string()),
  denied: z.array(z.looseObject({ what: z.string(), why: z.string() })),
});

const collected = z.looseObject({
  ...record,
  timed_out: z.boolean(),
  summary: z.nullable(z.string()),
  summary_truncated: z.boolean(),
  summary_path: z.optional(z.string()),
  error: z.optional(z.looseObject({ code: z.string(), message: z.string(), retryable: z.boolean() })),
  partial_output: z.optional(z.string()),
  missed_steers: z.array(z.string()),
  evidence,
  transcript: z.nullable(z.string()),
});

/** Those of the contract, and after them those that we added: it lets readers meet unknown ones. */
const JOURNALLED = [
  ...["session.started", "session.ended", "turn.started", "turn.ended", "tool.started", "tool.ended"],
  ...["task.queued", "task.started", "task.question", "task.steered", "task.ended", "task.delivered"],
  ...["approval.requested", "approval.answered", "credential.rotated", "rate.limited", "budget.warned"],
  "error",
  "model.fell_back",
  "price.unknown",
  "context.compacted",
  "slash.answered",
];

const event = {
  at: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)),
  session_id: z.string().check(z.regex(/^s[0-9a-hjkmnp-tv-z]{5}$/)),
  task_id: z.optional(taskId),
};

/** Each reply and document of the contract as a schema; `parse` throws with the path of what is not so. */
export const SHAPES = {
  record: z.looseObject(record),
  spawn: z.looseObject({
    ...record,
    limits: z.looseObject({
      max_turns: count,
      timeout_s: seconds,
      token_budget: z.nullable(count),
      budget_usd: cost,
    }),
    slots,
    note: z.string().check(z.regex(/no result/i)),
  }),
  check: z.looseObject({
    ...record,
    output_preview: z.array(z.string().check(z.maxLength(500))).check(z.maxLength(10)),
  }),
  steer: z.looseObject({
    ok: z.literal(true),
    task_id: taskId,
    steer_id: steerId,
    state: z.literal("queued"),
  }),
  collected,
  collectedSeveral: z.looseObject({
    results: z.array(collected),
    pending: z.array(taskId),
    timed_out: z.boolean(),
  }),
  cancel: z.looseObject({
    ...record,
    ok: z.literal(true),
    settled_ms: z.number().check(z.nonnegative()),
    partial_output: z.string(),
    left_behind: z.array(
      z.looseObject({ kind: z.enum(["process", "file", "worktree"]), what: z.string() }),
    ),
    already_final: z.optional(z.literal(true)),
  }),
  list: z.looseObject({
    tasks: z.array(z.looseObject({ ...record, goal: z.string().check(z.maxLength(60)) })),
    slots,
  }),
  delegate: z.looseObject({ results: z.array(collected), total_duration_s: seconds }),
  error: z.looseObject({
    error: z.looseObject({
      code: z.string().check(z.regex(/^[a-z_]+$/)),
      message: z.string().check(z.minLength(1)),
      hint: z.optional(z.string()),
    }),
  }),
  journalEvent: z.looseObject({
    ...event,
    seq: z.int().check(z.positive()),
    type: z.string().check(z.refine((type) => JOURNALLED.includes(type))),
  }),
  lossyEvent: z.looseObject({
    ...event,
    after_seq: count,
    type: z.enum(["text.delta", "task.progress"]),
  }),
} as const;

/** Throws unless the value has the shape; the message names every field that has not. */
export function assertShape(shape: keyof typeof SHAPES, value: unknown): void {
  const { success, error } = SHAPES[shape].safeParse(value);
  if (success) return;
  const faults = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`no ${shape}: ${faults.join("; ")}\n${JSON.stringify(value)}`);
}
