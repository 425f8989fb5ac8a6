import type { FinalMessage, TaskEvent } from "../../lib/protocol/task_state.ts";
import { TaskRecord } from "../../lib/delegation/task_record.ts";
import type { TaskSpec } from "../../lib/delegation/task_spec.ts";

/** What a task was asked for, with the named parts changed. */
export function taskSpec(changed: Partial<TaskSpec> = {}): TaskSpec {
  return {
    taskId: "t00001",
    sessionId: "s00001",
    name: null,
    goal: "count the lines",
    context: null,
    ownerId: null,
    depth: 1,
    model: { provider: "local", model: "some-model", reasoningEffort: null },
    tier: null,
    rule: "parent's model",
    toolsets: ["file"],
    limits: { maxTurns: 10, timeoutMs: 0, tokenBudget: null, budgetUsd: null },
    command: null,
    after: [],
    outputSchema: null,
    cwd: "/work",
    ...changed,
  };
}

/** A record, queued at 1, to which these events have happened. */
export function taskRecord(
  changed: Partial<TaskSpec> = {},
  events: readonly TaskEvent[] = [],
  onChange: (record: TaskRecord) => void = () => {},
): TaskRecord {
  const record = new TaskRecord(taskSpec(changed), 1, onChange);
  for (const event of events) record.apply(event);
  return record;
}

/** The events of a task that completed. */
export function completing(summary: string, more: Partial<FinalMessage> = {}): TaskEvent[] {
  const final: FinalMessage = { summary, outcome: "done", ...more };
  return [{ type: "started", at: 2 }, { type: "finished", at: 3, final }];
}

/** The events of a task that was cancelled before it started. */
export const CANCELLING: readonly TaskEvent[] = [{ type: "stop_asked", at: 2, cause: "cancelled_by_user" }];
