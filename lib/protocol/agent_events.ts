import type { WireError } from "../support/errors.ts";
import type { TokenUsage } from "./conversation.ts";
import type { ModelRef } from "./model_ref.ts";
import type { FailReason } from "./task_state.ts";

/** What an agent's loop tells while it works, in the parent as in a child. Deltas may be coalesced. */
export type AgentEvent =
  | { readonly type: "turn_started"; readonly turn: number }
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "reasoning"; readonly delta: string }
  /** The request is asked again; the deltas of this turn so far are void. */
  | { readonly type: "retry"; readonly attempt: number; readonly error: WireError }
  /** The same with another model, both as `provider/model`, for the rest of this request. */
  | { readonly type: "fell_back"; readonly from: string; readonly to: string; readonly error: WireError }
  | { readonly type: "tool_started"; readonly callId: string; readonly name: string; readonly about: string }
  | {
    readonly type: "tool_ended";
    readonly callId: string;
    readonly name: string;
    readonly errorCode: string | null;
    readonly durationMs: number;
  }
  | CompactedEvent
  /** The request of a turn was answered, or cut short; the tools that it asked for come next. */
  | {
    readonly type: "reply_ended";
    readonly turn: number;
    /** Which model answered; absent where there was no answer. */
    readonly by?: ModelRef;
  }
  | TurnEndedEvent;

/** A turn is over: its request, and the tools that it asked for. */
export interface TurnEndedEvent {
  readonly type: "turn_ended";
  readonly turn: number;
  readonly usage: TokenUsage | null;
  /** Which model answered; absent where there was no answer or only one model. */
  readonly by?: ModelRef;
}

/** A conversation was made shorter. Tokens are guesses. */
export interface CompactedEvent {
  readonly type: "compacted";
  /** It had become full, the provider refused it as too long, or somebody asked for it. */
  readonly why: "full" | "refused" | "asked";
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Results of tools that were left out. */
  readonly dropped: number;
  readonly summarised: boolean;
}

/** Why a loop is given one last turn without tools. */
export type HandoverReason = Extract<FailReason, "max_turns" | "timeout" | "budget" | "loop">;

/** How a loop ended. */
export type LoopEnd =
  /** The inbox took the final message. */
  | { readonly type: "final"; readonly text: string }
  /** `text` is what the hand-over turn said. */
  | { readonly type: "handover"; readonly reason: HandoverReason; readonly text: string }
  | { readonly type: "aborted" }
  | { readonly type: "failed"; readonly reason: FailReason; readonly error: WireError };
