import type { WireError } from "../support/errors.ts";
import type { TokenUsage } from "./conversation.ts";
import type { Outcome, TaskStatus } from "./task_state.ts";

/** What a task waits for; null when it works or is over. */
export type WaitingFor = null | "slot" | "after" | "rate" | "budget" | "approval" | "answer" | "child";

/** The receipt of one steer; `missed`: the child never saw it. */
export interface SteerReceipt {
  readonly steer_id: string;
  readonly state: "queued" | "delivered" | "missed";
  readonly delivered_at_turn?: number;
}

/** The task record of the contract (§2), the same in every reply. Seconds, tokens, US dollars. */
export interface TaskView {
  readonly task_id: string;
  readonly name: string | null;
  /** At most 200 characters. */
  readonly goal: string;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly outcome: Outcome;
  readonly waiting_for: WaitingFor;
  /** 1 is next; null when not in the queue. */
  readonly queue_position: number | null;
  readonly queued_s: number;
  readonly elapsed_s: number;
  readonly turn: number;
  readonly max_turns: number;
  readonly current_tool: string | null;
  readonly last_activity_s: number;
  readonly model: string;
  readonly tier: string | null;
  readonly rule: string;
  readonly toolsets: readonly string[];
  readonly tokens: TokenUsage;
  readonly cost_usd: number | null;
  readonly subtree: { readonly tokens: TokenUsage; readonly cost_usd: number | null };
  readonly output_lines: number;
  readonly steers: readonly SteerReceipt[];
  readonly question: string | null;
  readonly delivered: boolean;
}

/** How the slots stand. */
export interface SlotsView {
  readonly running: number;
  readonly limit: number;
  readonly queued: number;
}

/** The limits that hold for a task; null: none. */
export interface LimitsView {
  readonly max_turns: number;
  readonly timeout_s: number;
  readonly token_budget: number | null;
  readonly budget_usd: number | null;
}

/** What the program itself counted while a child worked. */
export interface EvidenceView {
  readonly scope: "tools";
  readonly requests: number;
  readonly tool_calls: Readonly<Record<string, number>>;
  readonly files_written: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly files_changed?: readonly string[];
  /** What of them could not be told, and why. */
  readonly files_changed_note?: string;
  readonly commands: readonly { readonly command: string; readonly exit_code: number | null }[];
  readonly urls: readonly string[];
  readonly denied: readonly { readonly what: string; readonly why: string }[];
}

/** The reply of `delegate_task_async`. */
export interface SpawnReply extends TaskView {
  readonly limits: LimitsView;
  readonly slots: SlotsView;
  readonly note: string;
}

/** The reply of `check_task`. */
export interface CheckReply extends TaskView {
  readonly output_preview: readonly string[];
}

/** The reply of `steer_task`. */
export interface SteerReply {
  readonly ok: true;
  readonly task_id: string;
  readonly steer_id: string;
  readonly state: "queued";
}

/** What ended a wait before the tasks did. */
export type Interruption = "user_message" | "question" | "detached";

/** A question that ended a wait, and who asks. */
export interface OpenQuestion {
  readonly task_id: string;
  readonly question: string | null;
}

/** The reply of `collect_task` for one id, and one of `results` for several. */
export interface CollectedTask extends TaskView {
  readonly timed_out: boolean;
  readonly interrupted_by?: Interruption;
  /** Only when a question ended the wait. */
  readonly questions?: readonly OpenQuestion[];
  readonly summary: string | null;
  readonly summary_truncated: boolean;
  readonly summary_path?: string;
  readonly result?: unknown;
  readonly error?: WireError & { readonly retryable: boolean };
  readonly partial_output?: string;
  readonly missed_steers: readonly string[];
  readonly evidence: EvidenceView;
  readonly transcript: string | null;
  readonly hint?: string;
}

/** The reply of `collect_task` for several ids. */
export interface CollectedTasks {
  readonly results: readonly CollectedTask[];
  readonly pending: readonly string[];
  readonly timed_out: boolean;
  readonly interrupted_by?: Interruption;
  /** Only when a question ended the wait. */
  readonly questions?: readonly OpenQuestion[];
}

/** The reply of `delegate_task`. */
export interface DelegateReply {
  readonly results: readonly CollectedTask[];
  readonly total_duration_s: number;
  readonly pending?: readonly string[];
  readonly interrupted_by?: Interruption;
  /** Only when a question ended the wait. */
  readonly questions?: readonly OpenQuestion[];
}

/** The reply of `cancel_task`, after the child has really stopped. */
export interface CancelReply extends TaskView {
  readonly ok: true;
  readonly settled_ms: number;
  readonly partial_output: string;
  readonly left_behind: readonly { readonly kind: "process" | "file" | "worktree"; readonly what: string }[];
  readonly already_final?: true;
  readonly summary?: string;
}

/** The reply of `list_tasks`; goals are cut to 60 characters. */
export interface ListReply {
  readonly tasks: readonly TaskView[];
  readonly slots: SlotsView;
}
