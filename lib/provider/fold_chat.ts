import type { TokenUsage } from "../protocol/conversation.ts";
import { answerFailure, type AnswerFold, type CallIds, type Complaint, deltaEvent } from "./answer_fold.ts";
import { CarriedFields } from "./carried_fields.ts";
import { isCommonId } from "./fit_history.ts";
import { CallFold, type WireCallDelta } from "./fold_calls.ts";
import { type Fields, isObject, objectOf, textOf } from "./loose_values.ts";
import type { FinishReason, Lease, ModelEvent, ModelReply } from "./provider.ts";
import { chatUsage, costOfUsage } from "./reported_usage.ts";
import { shortened } from "../support/cut_text.ts";

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

/** Folds the chunks of one Chat Completions answer, however it was cut into chunks, into one reply. */
export class ChatFold implements AnswerFold {
  /** A failure within this wire's stream is thrown by the decoder. */
  readonly failure = null;
  #text = "";
  #reasoning = "";
  #finish: string | null = null;
  #usage: TokenUsage | null = null;
  #costUsd: number | null = null;
  #argumentChars = 0;
  readonly #calls = new CallFold();
  readonly #carried = new CarriedFields(READ_FIELDS);
  readonly #lease: Pick<Lease, "provider" | "model" | "account">;

  constructor({ provider, model, account }: Pick<Lease, "provider" | "model" | "account">) {
    this.#lease = { provider, model, account };
  }

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
      this.#usage = chatUsage(usage);
      this.#costUsd = costOfUsage(usage) ?? this.#costUsd;
    }
    const choice = objectOf(Array.isArray(choices) ? choices[0] : undefined);
    const delta = objectOf(choice.delta ?? choice.message);
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "") {
      this.#finish = choice.finish_reason;
    }
    this.#argumentChars += this.#calls.add(callsOf(delta));
    this.#carried.add(delta);
    const reasoning = textOf(delta.reasoning_content ?? delta.reasoning);
    const text = textOf(delta.content) + textOf(delta.refusal);
    this.#reasoning += reasoning;
    this.#text += text;
    return [...deltaEvent("reasoning", reasoning), ...deltaEvent("text", text)];
  }

  /** What goes back with the message and with its calls, once these have their ids. */
  #items(): readonly Fields[] {
    const { fields } = this.#carried;
    const calls = this.#calls.carried.map(([id, each]) => ({ type: "call", id, fields: each }));
    return [...(fields === null ? [] : [{ type: "message", fields }]), ...calls];
  }

  /** Characters of text, reasoning and arguments so far. */
  get chars(): number {
    return this.#text.length + this.#reasoning.length + this.#argumentChars;
  }

  /**
   * The complete answer; `ids` are those that the conversation has used. Throws {@linkcode ProviderError}: `cut`
   * without a finish reason, `malformed` when the reason is none of the four or belies the answer.
   */
  end(complain: Complaint, ids: CallIds): ModelReply {
    if (this.#finish === null) {
      throw answerFailure("cut", complain("the stream ended without a finish reason"));
    }
    const toolCalls = this.#calls.end(ids.taken, ids.newId);
    if (toolCalls === undefined) {
      throw answerFailure("malformed", complain("it calls a tool without naming it"));
    }
    const items = this.#items();
    const isCarried = items.length > 0 || !toolCalls.every(({ id }) => isCommonId(id));
    return {
      message: {
        role: "assistant",
        content: this.#text,
        toolCalls,
        ...(this.#reasoning === "" ? {} : { reasoning: this.#reasoning }),
        ...(isCarried ? { carried: { ...this.#lease, api: "chat", items } } : {}),
      },
      finish: finishOf(this.#finish, toolCalls.length, complain),
      usage: this.#usage,
    };
  }
}

/** The fields of a message that are read here, and those that tell people something and no server later on. */
const READ_FIELDS: ReadonlySet<string> = new Set([
  ...["role", "content", "refusal", "tool_calls", "function_call", "name", "index", "logprobs"],
  ...["annotations", "citations", "search_results", "audio", "images", "channel"],
]);

/**
 * `stop` with calls asks for the calls, whatever it says. `tool_calls` without a call is an answer of which a part
 * was lost: taking its text for the final one would be a false success. A reason that nobody knows is no success either.
 */
function finishOf(reason: string, calls: number, complain: Complaint): FinishReason {
  const finish = FINISH_REASONS.get(reason.toLowerCase());
  if (finish === undefined) {
    throw answerFailure("malformed", complain(`it ended for the unknown reason "${shortened(reason, 60)}"`));
  }
  if (finish === "stop" && calls > 0) return "tool_calls";
  if (finish === "tool_calls" && calls === 0) {
    throw answerFailure("malformed", complain("it ended with tool calls but has none"));
  }
  return finish;
}

function callsOf(delta: Fields): readonly WireCallDelta[] {
  if (Array.isArray(delta.tool_calls)) return delta.tool_calls.filter(isObject);
  return isObject(delta.function_call) ? [{ index: 0, function: delta.function_call }] : [];
}
