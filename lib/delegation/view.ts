import type { ModelRef } from "../protocol/model_ref.ts";
import type { TokenUsage } from "../protocol/conversation.ts";
import type { TaskState } from "../protocol/task_state.ts";
import type { TaskView, WaitingFor } from "../protocol/task_view.ts";
import { lastRunMs } from "./progress.ts";
import type { TaskRecord } from "./task_record.ts";
import { shortened } from "../support/cut_text.ts";

/** What a view needs besides the record itself. */
export interface ViewContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly queuePosition: number | null;
  readonly delivered: boolean;
  readonly subtree: { readonly tokens: TokenUsage; readonly cost_usd: number | null };
}

/** How much of a goal the record carries. */
const GOAL_CHARS = 200;

/** The record of a task as everyone sees it. */
export function viewTask(record: TaskRecord, context: ViewContext): TaskView {
  const { spec, state, progress } = record;
  const end = "endedAt" in state ? state.endedAt : context.now;
  const startedAt = "startedAt" in state ? state.startedAt : null;
  return {
    task_id: spec.taskId,
    name: spec.name,
    goal: shortened(spec.goal, GOAL_CHARS),
    status: state.status,
    reason: "reason" in state ? state.reason : null,
    outcome: state.status === "completed" ? state.final.outcome : null,
    waiting_for: waitingFor(record),
    queue_position: context.queuePosition,
    queued_s: toSeconds((startedAt ?? end) - state.queuedAt),
    elapsed_s: toSeconds(workedMs(record, end)),
    turn: progress.turn,
    max_turns: spec.limits.maxTurns,
    current_tool: "endedAt" in state ? null : progress.currentTool,
    last_activity_s: toSeconds(end - progress.lastActivityAt),
    tier: spec.tier,
    ...modelOf(record),
    toolsets: spec.toolsets,
    tokens: progress.usage,
    cost_usd: progress.costUsd,
    subtree: context.subtree,
    output_lines: progress.output.lineCount,
    steers: record.steers.receipts,
    question: questionOf(state),
    delivered: context.delivered,
  };
}

/** How long it was at work, in all its runs: what lay between them does not count, nor how late a death was found. */
function workedMs({ state, progress }: TaskRecord, end: number): number {
  const startedAt = "startedAt" in state ? state.startedAt : null;
  const until = state.status === "interrupted" ? progress.lastActivityAt : end;
  return progress.earlierMs + lastRunMs(startedAt, until);
}

/** The model that answers, and why that one: a fallback goes on with what is planned while its provider is down. */
function modelOf(
  { spec: { model: planned, rule }, progress: { answeredBy } }: TaskRecord,
): Pick<TaskView, "model" | "rule"> {
  const isPlanned = answeredBy === null || nameOf(answeredBy) === nameOf(planned);
  if (isPlanned) return { model: planned.model, rule };
  return { model: answeredBy.model, rule: `${rule}, fell back from ${nameOf(planned)}` };
}

function nameOf({ provider, model }: ModelRef): string {
  return `${provider}/${model}`;
}

/** Seconds with the milliseconds kept; never negative, for clocks that step back. */
export function toSeconds(ms: number): number {
  return Math.max(0, Math.round(ms)) / 1000;
}

function questionOf(state: TaskState): string | null {
  return state.status === "needs_input" ? state.question.text : null;
}

function waitingFor({ state, spec, progress }: TaskRecord): WaitingFor {
  if (state.status === "needs_input") return state.question.kind;
  if (state.status === "queued") return progress.waitingFor ?? (spec.after.length > 0 ? "after" : "slot");
  return state.status === "running" ? progress.waitingFor : null;
}
