import type { WireError } from "../support/errors.ts";
import type { AgentEvent, HandoverReason, LoopEnd } from "./agent_events.ts";
import type { Message, ToolSchema } from "./conversation.ts";
import type { ModelRef, ModelWays } from "./model_ref.ts";

/** What an agent keeps to so that its conversation fits its model. */
export interface ContextLimits {
  /** Tokens that fit into one request with its answer; null: unknown. */
  readonly window: number | null;
  /** Tokens of the window that the answer may take; null: unknown. */
  readonly outputLimit: number | null;
  /** The longest result of a tool, in characters. */
  readonly resultChars: number;
}

/** All that a child knows when it starts. Never a key, never the parent's conversation. */
export interface ChildBrief {
  readonly taskId: string;
  readonly systemPrompt: string;
  /** The conversation of a task that goes on, as it was stored, its system prompt included; null: it begins. */
  readonly history: readonly Message[] | null;
  /** User messages after it. Of a fresh task: context and goal; of one that goes on, why its last word did not count. */
  readonly messages: readonly string[];
  readonly model: ModelRef;
  readonly ways: ModelWays;
  readonly tools: readonly ToolSchema[];
  readonly cwd: string;
  readonly maxTurns: number;
  /** Model requests of the task before this worker; they count for `maxTurns`. */
  readonly turnsDone: number;
  readonly context: ContextLimits;
  /** The directory for what is too long for its conversation. */
  readonly spillDir: string;
  /** Files and directories that its file tools stay out of. */
  readonly secretPaths: readonly string[];
  readonly terminal: { readonly timeoutS: number; readonly maxTimeoutS: number };
}

/** From the parent to a child. */
export type ToChild =
  | { readonly type: "start"; readonly brief: ChildBrief }
  | { readonly type: "reply"; readonly id: number; readonly value: unknown }
  | { readonly type: "refused"; readonly id: number; readonly error: RefusedCall }
  /** Abort all and end. */
  | { readonly type: "stop" }
  /** Abort all and use the one turn that is left to write the hand-over. */
  | { readonly type: "handover"; readonly reason: HandoverReason }
  /** Abort the model request in flight, if there is one, and look into the inbox. */
  | { readonly type: "interrupt" };

/** Why a service call was refused; `kind` tells which error class it becomes on the child's side. */
export interface RefusedCall extends WireError {
  readonly kind: "tool" | "provider" | "aborted" | "internal";
}

/** From a child to the parent. */
export type FromChild =
  /** Answered by `reply` or `refused`; delegation/service_calls.ts says what goes with each service. */
  | { readonly type: "call"; readonly id: number; readonly service: string; readonly args: unknown }
  /** The same without an answer. */
  | { readonly type: "cast"; readonly service: string; readonly args: unknown }
  | { readonly type: "abort_call"; readonly id: number }
  | { readonly type: "event"; readonly event: AgentEvent }
  /** Bytes came from the model's server; at most one a second. */
  | { readonly type: "alive" }
  | { readonly type: "evidence"; readonly item: EvidenceItem }
  /** The loop is over. After a final message it only says so. */
  | { readonly type: "ended"; readonly end: LoopEnd }
  /** Something in the worker threw that no one caught. */
  | { readonly type: "crashed"; readonly message: string };

/** One thing that a tool of a child did, as the program saw it. */
export type EvidenceItem =
  | { readonly kind: "file"; readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly kind: "command"; readonly command: string; readonly exitCode: number | null }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "denied"; readonly what: string; readonly why: string };

/** What a child offers as its last word: the arguments of `finish` as the model wrote them, or a bare text. */
export interface ClosingOffer {
  readonly text: string;
  /** Raw JSON of the arguments; null when the model ended without `finish`. */
  readonly finishArguments: string | null;
  readonly turn: number;
}

/** The parent's answer to a {@linkcode ClosingOffer}. Not accepted: the child goes on with `messages`. */
export type ClosingReply =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly toolResult: string; readonly messages: readonly string[] };
