import type {
  CancelReason,
  FailReason,
  FinalMessage,
  StopCause,
  TaskEvent,
  TaskState,
  TaskStatus,
} from "../../lib/protocol/task_state.ts";

export const FINAL: FinalMessage = { summary: "all done", outcome: "done" };
export const QUESTION = { kind: "answer", text: "which port?" } as const;
export const CANCELS: readonly CancelReason[] = [
  "cancelled_by_parent",
  "cancelled_by_user",
  "session_closed",
];
export const CAUSES: readonly StopCause[] = [...CANCELS, "timeout", "budget", "stalled"];

/** One state of each status, begun at 1, started at 2, ended at 3. */
export const STATES: { readonly [Status in TaskStatus]: Extract<TaskState, { status: Status }> } = {
  queued: { status: "queued", queuedAt: 1 },
  running: { status: "running", queuedAt: 1, startedAt: 2 },
  needs_input: { status: "needs_input", queuedAt: 1, startedAt: 2, question: QUESTION },
  stopping: { status: "stopping", queuedAt: 1, startedAt: 2, cause: "cancelled_by_user" },
  completed: {
    status: "completed",
    queuedAt: 1,
    startedAt: 2,
    endedAt: 3,
    reason: "finished",
    final: FINAL,
  },
  failed: {
    status: "failed",
    queuedAt: 1,
    startedAt: 2,
    endedAt: 3,
    reason: "crashed",
    error: null,
    summary: null,
  },
  cancelled: { status: "cancelled", queuedAt: 1, startedAt: 2, endedAt: 3, reason: "session_closed" },
  interrupted: { status: "interrupted", queuedAt: 1, startedAt: 2, endedAt: 3, reason: "host_died" },
};

/** An event of each type, at 9. */
export const EVENTS: { readonly [Type in TaskEvent["type"]]: Extract<TaskEvent, { type: Type }> } = {
  started: { type: "started", at: 9 },
  asked: { type: "asked", at: 9, question: QUESTION },
  answered: { type: "answered", at: 9 },
  stop_asked: { type: "stop_asked", at: 9, cause: "cancelled_by_user" },
  finished: { type: "finished", at: 9, final: FINAL },
  failed: failedFor("provider_error"),
  stopped: { type: "stopped", at: 9, summary: "half of it" },
  host_died: { type: "host_died", at: 9 },
  resumed: { type: "resumed", at: 9 },
};

/** A failure at 9 that says why. */
export function failedFor(reason: FailReason): Extract<TaskEvent, { type: "failed" }> {
  const error = { code: reason, message: "it went wrong" };
  return { type: "failed", at: 9, failure: { reason, error, summary: "half of it" } };
}
