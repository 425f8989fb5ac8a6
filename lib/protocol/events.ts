import type { WireError } from "../support/errors.ts";
import type { TokenUsage } from "./conversation.ts";
import type { TaskView } from "./task_view.ts";

/** What happened, without its place in the journal. Fields are spelled as they go out. */
export type EventBody =
  | {
    readonly type: "session.started";
    readonly model: string;
    readonly provider: string;
    readonly cwd: string;
    /** Of the session's own agent; absent in journals of older versions. */
    readonly toolsets?: readonly string[];
  }
  | { readonly type: "session.ended"; readonly exit_code: number }
  | { readonly type: "turn.started"; readonly turn: number }
  | {
    readonly type: "turn.ended";
    readonly turn: number;
    readonly tokens: TokenUsage | null;
    /** Who answered, which a fallback may have; absent when nobody did, and in journals of older versions. */
    readonly model?: string;
    readonly provider?: string;
  }
  | { readonly type: "tool.started"; readonly call_id: string; readonly name: string; readonly about: string }
  | {
    readonly type: "tool.ended";
    readonly call_id: string;
    readonly name: string;
    /** With microseconds. */
    readonly duration_ms: number;
    readonly error_code: string | null;
  }
  /** An agent's conversation was made shorter; tokens are guesses. */
  | {
    readonly type: "context.compacted";
    readonly why: "full" | "refused" | "asked";
    readonly tokens_before: number;
    readonly tokens_after: number;
    /** Results of tools that were left out. */
    readonly dropped: number;
    readonly summarised: boolean;
  }
  | { readonly type: "task.queued"; readonly task: TaskView }
  | { readonly type: "task.started"; readonly task: TaskView }
  | { readonly type: "task.question"; readonly question: string }
  | { readonly type: "task.steered"; readonly steer_id: string; readonly delivered_at_turn: number }
  | { readonly type: "task.ended"; readonly task: TaskView }
  | { readonly type: "task.delivered"; readonly by: "collect" | "notice" | "cancel" | "print" }
  /** Without a task it is the session's own agent that asks. */
  | { readonly type: "approval.requested"; readonly what: string; readonly why: string }
  | {
    readonly type: "approval.answered";
    readonly what: string;
    readonly allowed: boolean;
    readonly scope: "once" | "task" | "session";
    readonly by: "user" | "timeout" | "nobody" | "stopped";
  }
  | { readonly type: "credential.rotated"; readonly provider: string; readonly why: string }
  | { readonly type: "rate.limited"; readonly provider: string; readonly wait_ms: number }
  | {
    readonly type: "budget.warned";
    readonly scope: string;
    readonly unit: "usd" | "tokens" | "requests";
    readonly used: number;
    readonly limit: number;
  }
  /** A request goes on with another model; both are `provider/model`. */
  | { readonly type: "model.fell_back"; readonly from: string; readonly to: string; readonly reason: string }
  /** Its requests count for nothing in budgets in USD. */
  | { readonly type: "price.unknown"; readonly provider: string; readonly model: string }
  /** A slash command of a chat that prints events: the reply of the tool that it called, words for people, or an error. */
  | {
    readonly type: "slash.answered";
    readonly line: string;
    readonly reply?: unknown;
    readonly text?: string;
    readonly error?: WireError;
  }
  | { readonly type: "error"; readonly error: WireError };

/** What may be coalesced or dropped on its way. */
export type LossyBody =
  | { readonly type: "text.delta"; readonly delta: string }
  | { readonly type: "task.progress"; readonly turn: number; readonly current_tool: string | null };

/** `seq` counts the journalled events of a session without gaps, from 1. `at` is RFC 3339 in UTC. */
export type JournalEvent = EventBody & {
  readonly seq: number;
  readonly at: string;
  readonly session_id: string;
  readonly task_id?: string;
};

/** A lossy event stands after the journalled event `after_seq`. */
export type LossyEvent = LossyBody & {
  readonly after_seq: number;
  readonly at: string;
  readonly session_id: string;
  readonly task_id?: string;
};

/** One line of the event stream (contract §5). */
export type SessionEvent = JournalEvent | LossyEvent;
