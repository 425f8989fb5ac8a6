import type { AssistantMessage, Message, TokenUsage, ToolSchema } from "../protocol/conversation.ts";
import type { Lessons } from "../protocol/dialect.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { Amounts } from "../store/spend_book.ts";
import type { RequestRow } from "../store/store.ts";
import type { UsageGroup } from "../store/usage.ts";
import type { ProviderError } from "../support/errors.ts";
import type { Transport } from "../support/transport.ts";

/** What a request needs from the broker before it may leave. */
export interface LeaseAsk {
  readonly model: ModelRef;
  /** UTF-8 bytes of the request body, which bound its tokens from above. */
  readonly inputBound: number;
  /** The most tokens that it can have by what was reported of its parts; absent: its bytes. */
  readonly maxInput?: number;
  /** 1 for the first try; a later one waits out the backoff or Retry-After of `lastError`. */
  readonly attempt: number;
  readonly lastError?: { readonly code: string; readonly retryAfterMs?: number };
  /** Leases that this request has had: their keys are left alone while there is another. */
  readonly tried?: readonly number[];
  /** The last request of its task, which may draw on what was set aside for it; the parent says so. */
  readonly isHandover?: boolean;
}

/** The right to send one request: where to, with which key. Ends with `release`. */
export interface Lease {
  readonly id: number;
  readonly provider: string;
  readonly key: string | null;
  /** How the key is named to people, such as the variable it came from; null without a key. */
  readonly keyName: string | null;
  readonly baseUrl: string;
  /** The fingerprint of the key, or a word for none. */
  readonly account: string;
  /** The name of the model on the wire. */
  readonly model: string;
  readonly reasoningEffort: string | null;
  /** The most output tokens to ask for; null: send no limit. */
  readonly outputLimit: number | null;
  /** The budget has less room than config.yaml would allow an answer. */
  readonly isOutputLowered: boolean;
  /** Sent with the request, beside the key. */
  readonly headers: Readonly<Record<string, string>>;
  /** How it gets there; absent: straight. */
  readonly transport?: Transport;
  /** Other keys that this request could go on with, should this one be refused. */
  readonly otherKeys: number;
  /** Keys that it has had and that have room again soon. */
  readonly keysAgain: number;
}

/** What a server says is left of a limit, and when all of it is there again. */
export interface Allowance {
  readonly left: number;
  readonly resetMs: number;
  /** All of it; absent: unknown. */
  readonly limit?: number;
}

/** The limits that a response told of (`x-ratelimit-…`). */
export interface ReportedLimits {
  readonly requests?: Allowance;
  readonly tokens?: Allowance;
}

/** How the request of a lease ended. `usage` is null when the server reported none. */
export interface RequestOutcome {
  readonly usage: TokenUsage | null;
  /** Null: it ended well. */
  readonly error: {
    readonly code: string;
    readonly status?: number;
    readonly retryAfterMs?: number;
    /** The server did not say what its refusal is about. */
    readonly isGuess?: boolean;
  } | null;
  /** Characters of the answer, as far as it came: what it counts as in tokens when no usage was reported. */
  readonly answerChars?: number;
  /** How many of them came after the last report of usage in an answer that broke off; absent: the report is of the whole. */
  readonly unreportedChars?: number;
  readonly limits?: ReportedLimits;
  /** US dollars that the server says it was billed; it goes before what our prices come to. */
  readonly costUsd?: number;
  /** What the server's refusal taught of how its model wants to be asked. */
  readonly lessons?: Lessons;
}

/** Decides with which key, when, and whether at all a request leaves. Lives in the parent. */
export interface Broker {
  /** Waits for room. Rejects with {@linkcode ProviderError} when there will be none, or with the signal's reason. */
  acquire(ask: LeaseAsk, signal: AbortSignal): Promise<Lease>;
  /** Ends a lease; a second call for the same lease does nothing. */
  release(leaseId: number, outcome: RequestOutcome): void;
}

/** The most that something may use; null: no cap. Tokens are those sent and received. */
export interface Caps {
  readonly usd: number | null;
  readonly tokens: number | null;
  readonly requests: number | null;
}

/** What all tasks of one command may use together. */
export interface CommandBudget {
  /** Unique among commands. */
  readonly id: string;
  readonly caps: Caps;
  /** The cap in US dollars was asked for, so that only models with a price can keep to it. */
  readonly needsPrice?: true | undefined;
}

/** Who pays for a task beside the session that runs it: its command, or the last run of the session that it is from. */
export interface Payer extends CommandBudget {
  /** What it has paid before, in any process; absent: nothing. */
  readonly used?: Amounts;
}

/** The task on whose account requests go. */
export interface TaskAccount {
  readonly taskId: string;
  /** The task above, which pays too; null: the session's own agent. */
  readonly parentId: string | null;
  /** The account of the task above where that is over and has none open: what it has left holds all the same. */
  readonly above?: TaskAccount | null;
  /** The session that the task is from; absent: this one. */
  readonly sessionId?: string;
  readonly caps: Caps;
  /** Who pays too, with this session; absent or null: nobody. */
  readonly command?: Payer | null;
  /** Told why a request waits, and null when it goes on; may not throw. */
  readonly onWait: (why: "rate" | "budget" | null) => void;
  /**
   * Told what each request of the task was booked at, estimates of those that were cut included: nothing else says what
   * it cost. May not throw.
   */
  readonly onBooked?: (request: RequestRow) => void;
}

/** The broker as one task has it. Disposed, it gives up what was set aside; its open leases still come back. */
export interface TaskBroker extends Broker, Disposable {
  /** Whether nothing is left for another request beside the hand-over. */
  readonly isSpent: boolean;
}

/**
 * The broker of a session. By itself it serves the session's own agent, which goes before all tasks. Disposed, it
 * keeps what it knows of the keys for the next run.
 */
export interface SessionBroker extends Broker, Disposable {
  /** Opens the account of a task. */
  forTask(account: TaskAccount): TaskBroker;
  /** What the session has used and its caps, and the same of the day for all sessions; null: the day has no cap. */
  readonly budget: Spending & { readonly day: Spending | null };
  /** What the session's requests came to, by model and key. */
  readonly usage: readonly UsageGroup[];
  /** How a key of this session is named to people; null for none that was used. */
  keyName(fingerprint: string): string | null;
  /** From now on the day's cap is this; null: none. Only where the broker began with a day. */
  capDay(usd: number | null): void;
  /** Raises the session's cap in US dollars by so much. */
  raiseBudget(usd: number): void;
  /**
   * From now on, before a request of the session's own agent is refused for want of US dollars, this is asked and the
   * caps in its way are raised by the answer. Disposed, nobody is asked.
   */
  askAtCap(ask: AskAtCap): Disposable;
}

/** A cap in US dollars that leaves no room for a request. */
export interface ReachedCap {
  readonly scope: "session" | "day" | "task";
  readonly usedUsd: number;
  readonly limitUsd: number;
}

/** How many US dollars more there may be; null: none. Rejects when the signal aborts. */
export type AskAtCap = (cap: ReachedCap, signal: AbortSignal) => Promise<number | null>;

/** What was used under caps. */
export interface Spending {
  readonly used: Amounts;
  readonly caps: Caps;
}

/**
 * Why the model stopped; `budget`: at an output limit that the budget had lowered; `pause`: it goes on when it is asked again. A stream that ends without saying
 * so is a {@linkcode ProviderError} `cut`.
 */
export type FinishReason = "stop" | "tool_calls" | "length" | "budget" | "content_filter" | "pause";

/** One request, as the agent loop asks it. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  /** The same in every request of a conversation, as servers refuse old calls of tools that they are not told of. */
  readonly tools: readonly ToolSchema[];
  /** The model must answer in text, whatever tools there are. */
  readonly mustAnswer?: boolean;
}

/**
 * What comes while the model answers. `retry` and `fell_back` take back all that came before them in this request; after
 * `fell_back`, the model `to` is asked. Models are named `provider/model`.
 */
export type ModelEvent =
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "reasoning"; readonly delta: string }
  | { readonly type: "retry"; readonly attempt: number; readonly error: ProviderError }
  | { readonly type: "fell_back"; readonly from: string; readonly to: string; readonly error: ProviderError };

/** The complete answer. */
export interface ModelReply {
  readonly message: AssistantMessage;
  readonly finish: FinishReason;
  /** Null when the server reported none. */
  readonly usage: TokenUsage | null;
  /** Which model answered: a fallback may have; absent where there can be only one. */
  readonly by?: ModelRef;
}

/** The one way to ask a model: takes a lease, streams, retries, gives the lease back. */
export interface ModelClient {
  /** Rejects with {@linkcode ProviderError}, or with the signal's reason once it aborts. */
  request(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, ModelReply>;
}
