import type { TokenUsage } from "../protocol/conversation.ts";
import { ProviderError } from "../support/errors.ts";
import { CallFold, type WireCallDelta } from "./fold_calls.ts";
import type { FinishReason, ModelEvent, ModelReply } from "./provider.ts";

/** No model writes this much (8 million tokens); a server that does is broken. Characters. */
const MAX_ANSWER_CHARS = 32_000_000;

/** What servers call the four ways in which a model stops, in lower case. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
  ["end_turn", "stop"],
  ["tool_calls", "tool_calls"],
  ["tool_use", "tool_calls"],
  ["function_call", "tool_calls"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["content_filter", "content_filter"],
  ["safety", "content_filter"],
  ["refusal", "content_filter"],
]);

/** Puts a state into the sentence that says whose answer it is about. */
export type Complaint = (state: string) => string;

/** Folds the chunks of one Chat Completions answer, however it was cut into chunks, into one reply. */
export class ChatFold {
  #text = "";
  #reasoning = "";
  #finish: string | null = null;
  #usage: TokenUsage | null = null;
  #costUsd: number | null = null;
  #argumentChars = 0;
  readonly #calls = new CallFold();

  /** The server said how the answer ended; only usage may follow. */
  get isFinished(): boolean {
    return this.#finish !== null;
  }

  /** The last usage reported so far. */
  get usage(): TokenUsage | null {
    return this.#usage;
  }

  /** US dollars, as the server reported them with its usage; null when it did not. */
  get costUsd(): number | null {
    return this.#costUsd;
  }

  /** Adds a chunk as it was parsed and returns what of it the user may see; what nobody knows is skipped. */
  add(chunk: unknown): readonly ModelEvent[] {
    const { choices, usage } = objectOf(chunk);
    if (isObject(usage)) {
      this.#usage = usageOf(usage);
      this.#costUsd = costOfUsage(usage) ?? this.#costUsd;
    }
    const choice = objectOf(Array.isArray(choices) ? choices[0] : undefined);
    const delta = objectOf(choice.delta ?? choice.message);
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "") {
      this.#finish = choice.finish_reason;
    }
    this.#argumentChars += this.#calls.add(callsOf(delta));
    const reasoning = textOf(delta.reasoning_content ?? delta.reasoning);
    const text = textOf(delta.content) + textOf(delta.refusal);
    this.#reasoning += reasoning;
    this.#text += text;
    return [
      ...(reasoning === "" ? [] : [{ type: "reasoning", delta: reasoning } as const]),
      ...(text === "" ? [] : [{ type: "text", delta: text } as const]),
    ];
  }

  /** Characters of text, reasoning and arguments so far. */
  get chars(): number {
    return this.#text.length + this.#reasoning.length + this.#argumentChars;
  }

  /** More came than any model writes. */
  get isTooLong(): boolean {
    return this.chars > MAX_ANSWER_CHARS;
  }

  /**
   * The complete answer; `ids` are those that the conversation has used. Throws {@linkcode ProviderError}: `cut`
   * without a finish reason, `malformed` when the reason is none of the four or belies the answer.
   */
  end(complain: Complaint, ids: { taken: ReadonlySet<string>; newId: () => string }): ModelReply {
    if (this.#finish === null) throw failure("cut", complain("the stream ended without a finish reason"));
    const toolCalls = this.#calls.end(ids.taken, ids.newId);
    if (toolCalls === undefined) throw failure("malformed", complain("it calls a tool without naming it"));
    return {
      message: {
        role: "assistant",
        content: this.#text,
        toolCalls,
        ...(this.#reasoning === "" ? {} : { reasoning: this.#reasoning }),
      },
      finish: finishOf(this.#finish, toolCalls.length, complain),
      usage: this.#usage,
    };
  }
}

/**
 * `stop` with calls asks for the calls, whatever it says. `tool_calls` without a call is an answer of which a part
 * was lost: taking its text for the final one would be a false success. A reason that nobody knows is no success either.
 */
function finishOf(reason: string, calls: number, complain: Complaint): FinishReason {
  const finish = FINISH_REASONS.get(reason.toLowerCase());
  if (finish === undefined) {
    throw failure("malformed", complain(`it ended for the unknown reason "${reason.slice(0, 60)}"`));
  }
  if (finish === "stop" && calls > 0) return "tool_calls";
  if (finish === "tool_calls" && calls === 0) {
    throw failure("malformed", complain("it ended with tool calls but has none"));
  }
  return finish;
}

function failure(code: "cut" | "malformed", message: string): ProviderError {
  return new ProviderError(code, message, { retryable: true });
}

function usageOf(usage: Readonly<Record<string, unknown>>): TokenUsage {
  const input = countOf(usage.prompt_tokens);
  const output = countOf(usage.completion_tokens);
  const cached = objectOf(usage.prompt_tokens_details).cached_tokens ?? usage.prompt_cache_hit_tokens;
  const reasoning = objectOf(usage.completion_tokens_details).reasoning_tokens;
  return {
    input,
    cached: Math.min(input, countOf(cached)),
    output,
    reasoning: Math.min(output, countOf(reasoning)),
  };
}

/**
 * `cost` is what the gateway charges in US dollars; for a request with the user's own key at the model's maker
 * (`is_byok`), what that one charges comes on top (OpenRouter, usage accounting).
 */
function costOfUsage(usage: Readonly<Record<string, unknown>>): number | null {
  const { cost, is_byok: isByok } = usage;
  if (!isDollars(cost)) return null;
  const upstream = objectOf(usage.cost_details).upstream_inference_cost;
  return cost + (isByok === true && isDollars(upstream) ? upstream : 0);
}

function isDollars(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function callsOf(delta: Readonly<Record<string, unknown>>): readonly WireCallDelta[] {
  if (Array.isArray(delta.tool_calls)) return delta.tool_calls.filter(isObject);
  return isObject(delta.function_call) ? [{ index: 0, function: delta.function_call }] : [];
}

/** Text, or the texts of a list of parts. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  return value.map((part) => textOf(objectOf(part).text)).join("");
}

function countOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
