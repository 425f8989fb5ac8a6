import type { WireError } from "../support/errors.ts";

/** Where a task is. The last four of the contract's table of eight are not left by the run itself. */
export type TaskStatus = TaskState["status"];

/** Why a stop was asked for. The first one fixes the reason of the ending. */
export type StopCause = CancelReason | "timeout" | "budget" | "stalled";

/** Who or what cancelled a task. */
export type CancelReason = "cancelled_by_parent" | "cancelled_by_user" | "session_closed";

/** Why a task failed. */
export type FailReason =
  | "max_turns"
  | "timeout"
  | "budget"
  | "stalled"
  | "loop"
  | "max_output"
  | "content_filter"
  | "context_length"
  | "provider_error"
  | "rate_limited"
  | "crashed"
  | "bad_output"
  | "denied"
  | "unanswered"
  | "dependency"
  | "internal";

/** What the child says of its own work; null when it did not say. */
export type Outcome = "done" | "partial" | "blocked" | null;

/** The child's complete final message. */
export interface FinalMessage {
  readonly summary: string;
  readonly outcome: Outcome;
  /** Present only with an output schema, which it satisfies. */
  readonly result?: unknown;
}

/** What a child waits to hear: an answer to its question, or a yes or no to an action. */
export interface Question {
  readonly kind: "answer" | "approval";
  readonly text: string;
}

/** How a run ended that did not finish. `summary` is the hand-over text, where there was one. */
export interface Failure {
  readonly reason: FailReason;
  readonly error: WireError | null;
  readonly summary: string | null;
}

interface Times {
  /** Milliseconds since the epoch, as all times here. */
  readonly queuedAt: number;
  /** When an earlier run of it began, the first; absent: there was none. */
  readonly firstStartedAt?: number;
}
interface Started extends Times {
  readonly startedAt: number;
}
interface Ended extends Times {
  readonly startedAt: number | null;
  readonly endedAt: number;
}

export type Queued = Times & { readonly status: "queued" };
export type Running = Started & { readonly status: "running" };
export type NeedsInput = Started & { readonly status: "needs_input"; readonly question: Question };
export type Stopping = Started & { readonly status: "stopping"; readonly cause: StopCause };
export type Completed = Ended & {
  readonly status: "completed";
  readonly reason: "finished";
  readonly final: FinalMessage;
};
export type Failed = Ended & Failure & { readonly status: "failed" };
export type Cancelled = Ended & { readonly status: "cancelled"; readonly reason: CancelReason };
export type Interrupted = Ended & { readonly status: "interrupted"; readonly reason: "host_died" };

/** The state of one task; each status carries only what it has. */
export type TaskState =
  | Queued
  | Running
  | NeedsInput
  | Stopping
  | Completed
  | Failed
  | Cancelled
  | Interrupted;

/** What can happen to a task. `at` in milliseconds since the epoch. */
export type TaskEvent =
  | { readonly type: "started"; readonly at: number }
  | { readonly type: "asked"; readonly at: number; readonly question: Question }
  | { readonly type: "answered"; readonly at: number }
  | { readonly type: "stop_asked"; readonly at: number; readonly cause: StopCause }
  | { readonly type: "finished"; readonly at: number; readonly final: FinalMessage }
  | { readonly type: "failed"; readonly at: number; readonly failure: Failure }
  | { readonly type: "stopped"; readonly at: number; readonly summary: string | null }
  | { readonly type: "host_died"; readonly at: number }
  | { readonly type: "resumed"; readonly at: number };

/** The events that each status accepts; any other is a bug of ours. */
export const ACCEPTS: Readonly<Record<TaskStatus, readonly TaskEvent["type"][]>> = {
  queued: ["started", "stop_asked", "failed", "host_died"],
  running: ["asked", "stop_asked", "finished", "failed", "host_died"],
  needs_input: ["answered", "stop_asked", "failed", "host_died"],
  stopping: ["stop_asked", "finished", "failed", "stopped", "host_died"],
  interrupted: ["resumed", "stop_asked"],
  completed: [],
  failed: [],
  cancelled: [],
};

/** Whether the state is one that never changes again. */
export function isFinal(state: TaskState): state is Completed | Failed | Cancelled {
  return ACCEPTS[state.status].length === 0;
}

/** The state after `event`. A final state stays what it is, whatever comes; a `TypeError` is a bug of ours. */
export function advance(state: TaskState, event: TaskEvent): TaskState {
  if (isFinal(state)) return state;
  if (!ACCEPTS[state.status].includes(event.type)) {
    throw new TypeError(`A ${state.status} task cannot take the event "${event.type}"`);
  }
  switch (event.type) {
    case "started":
      return { status: "running", ...timesOf(state), startedAt: event.at };
    case "asked":
      return { ...started(state), status: "needs_input", question: event.question };
    case "answered":
      return { ...started(state), status: "running" };
    case "stop_asked":
      return stopAsked(state, event.cause, event.at);
    case "finished":
      return { ...ended(state, event.at), status: "completed", reason: "finished", final: event.final };
    case "failed":
      if (state.status === "stopping") return stopped(state, event.failure.summary, event.at);
      return { ...ended(state, event.at), status: "failed", ...event.failure };
    case "stopped":
      return stopped(state as Stopping, event.summary, event.at); // only `stopping` accepts it
    case "host_died":
      return { ...ended(state, event.at), status: "interrupted", reason: "host_died" };
    case "resumed":
      return { status: "queued", ...timesOf(state), queuedAt: event.at };
    default:
      return event satisfies never;
  }
}

function stopAsked(
  state: Exclude<TaskState, Completed | Failed | Cancelled>,
  cause: StopCause,
  at: number,
): TaskState {
  if (state.status === "stopping") return state;
  if (state.status !== "queued" && state.status !== "interrupted") {
    return { ...started(state), status: "stopping", cause };
  }
  if (state.status === "interrupted" && !isCancel(cause)) {
    throw new TypeError(`An interrupted task cannot be stopped for ${cause}`);
  }
  // What was interrupted has not worked since: its last run is one of the earlier ones.
  return endedBy(
    cause,
    state.status === "interrupted" ? { ...timesOf(state), startedAt: null, endedAt: at } : ended(state, at),
    null,
  );
}

function stopped(state: Stopping, summary: string | null, at: number): TaskState {
  return endedBy(state.cause, ended(state, at), summary);
}

/** The ending that a stop for `cause` earns once nothing runs any more. */
function endedBy(cause: StopCause, times: Ended, summary: string | null): TaskState {
  if (isCancel(cause)) return { ...times, status: "cancelled", reason: cause };
  return { ...times, status: "failed", reason: cause, error: null, summary };
}

function isCancel(cause: StopCause): cause is CancelReason {
  return cause === "cancelled_by_parent" || cause === "cancelled_by_user" || cause === "session_closed";
}

function started(state: TaskState): Started {
  if (!("startedAt" in state) || state.startedAt === null) throw new TypeError("The task has not started");
  return { ...timesOf(state), startedAt: state.startedAt };
}

function ended(state: TaskState, at: number): Ended {
  return { ...timesOf(state), startedAt: "startedAt" in state ? state.startedAt : null, endedAt: at };
}

/** What all states have; of an interrupted one also when its first run began, which the next leads on. */
function timesOf(state: TaskState): Times {
  const startedAt = state.status === "interrupted" ? state.startedAt : null;
  const first = state.firstStartedAt ?? startedAt;
  return { queuedAt: state.queuedAt, ...first === null ? {} : { firstStartedAt: first } };
}
