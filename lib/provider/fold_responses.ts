import type { AssistantMessage, TokenUsage } from "../protocol/conversation.ts";
import { answerFailure, type AnswerFold, type CallIds, type Complaint, deltaEvent } from "./answer_fold.ts";
import { isCommonId } from "./fit_history.ts";
import { ItemFold, type ItemKind } from "./fold_items.ts";
import { type Fields, isObject, objectOf, stringOf } from "./loose_values.ts";
import type { FinishReason, Lease, ModelEvent, ModelReply } from "./provider.ts";
import { costOfUsage, responsesUsage } from "./reported_usage.ts";
import { shortened } from "../support/cut_text.ts";

/** What servers call the ways in which an answer stays incomplete. */
const INCOMPLETE: ReadonlyMap<string, FinishReason> = new Map([
  ["max_output_tokens", "length"],
  ["max_tokens", "length"],
  ["length", "length"],
  ["content_filter", "content_filter"],
]);

/** The kind of item of which an event brings a piece. */
const PIECES: ReadonlyMap<string, ItemKind> = new Map([
  ["response.output_text.delta", "message"],
  ["response.refusal.delta", "message"],
  ["response.reasoning_summary_text.delta", "reasoning"],
  ["response.reasoning_text.delta", "reasoning"],
  ["response.function_call_arguments.delta", "function_call"],
]);

/** The events that end an answer, and what its status is where it says none itself. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ["response.completed", "completed"],
  ["response.done", "completed"],
  ["response.incomplete", "incomplete"],
  ["response.failed", "failed"],
  ["response.cancelled", "cancelled"],
]);

/** Folds the events of one Responses answer, however it was cut into events, into one reply. */
export class ResponsesFold implements AnswerFold {
  readonly #lease: Pick<Lease, "provider" | "model" | "account">;
  readonly #items = new ItemFold();
  /** `completed`, or why it is incomplete. */
  #finish: string | null = null;
  #failure: unknown = null;
  #usage: TokenUsage | null = null;
  #costUsd: number | null = null;

  constructor({ provider, model, account }: Pick<Lease, "provider" | "model" | "account">) {
    this.#lease = { provider, model, account };
  }

  get isFinished(): boolean {
    return this.#finish !== null;
  }

  get failure(): unknown {
    return this.#failure;
  }

  get usage(): TokenUsage | null {
    return this.#usage;
  }

  get costUsd(): number | null {
    return this.#costUsd;
  }

  get chars(): number {
    return this.#items.chars;
  }

  add(chunk: unknown): readonly ModelEvent[] {
    const event = objectOf(chunk);
    const type = stringOf(event.type);
    const kind = PIECES.get(type);
    if (kind !== undefined) return seen(kind, this.#items.piece(kind, event));
    if (type === "response.output_item.added") this.#items.begin(event);
    if (type === "response.function_call_arguments.done") this.#items.argumentsDone(event);
    if (type === "response.output_item.done") {
      const done = this.#items.done(event);
      return done === null ? [] : seen(done.kind, done.rest);
    }
    if (type === "error") this.#failure = event;
    const status = ENDS.get(type);
    if (status !== undefined) return this.#end(isObject(event.response) ? event.response : event, status);
    return Array.isArray(event.output) ? this.#end(event, "completed") : []; // it came whole, as JSON
  }

  end(complain: Complaint, ids: CallIds): ModelReply {
    if (this.#finish === null) {
      throw answerFailure("cut", complain("the stream ended without saying that it was complete"));
    }
    const toolCalls = this.#items.calls(ids);
    if (toolCalls === undefined) {
      throw answerFailure("malformed", complain("it calls a tool without naming it"));
    }
    const reasoning = this.#items.text("reasoning");
    const items = this.#items.carried;
    const isCarried = items.length > 0 || !toolCalls.every(({ id }) => isCommonId(id));
    const message: AssistantMessage = {
      role: "assistant",
      content: this.#items.text("message"),
      toolCalls,
      ...(reasoning === "" ? {} : { reasoning }),
      ...(isCarried ? { carried: { ...this.#lease, api: "responses", items } } : {}),
    };
    return { message, finish: finishOf(this.#finish, toolCalls.length, complain), usage: this.#usage };
  }

  #end(response: Fields, byEvent: string): readonly ModelEvent[] {
    const { usage, output, error } = response;
    if (isObject(usage)) {
      this.#usage = responsesUsage(usage);
      this.#costUsd = costOfUsage(usage) ?? this.#costUsd;
    }
    const status = stringOf(response.status) || byEvent;
    if (status === "completed") this.#finish = "completed";
    if (status === "incomplete") {
      this.#finish = stringOf(objectOf(response.incomplete_details).reason) || "incomplete";
    }
    if (status === "failed" || status === "cancelled") {
      this.#failure = error ?? { message: `the response is ${status}` };
    }
    const news = this.#items.output(Array.isArray(output) ? output : []);
    return news.flatMap(({ kind, rest }) => seen(kind, rest));
  }
}

function seen(kind: ItemKind, delta: string): readonly ModelEvent[] {
  return kind === "function_call" ? [] : deltaEvent(kind === "message" ? "text" : "reasoning", delta);
}

/** An answer that is incomplete for a reason that nobody knows is no success. */
function finishOf(reason: string, calls: number, complain: Complaint): FinishReason {
  if (reason === "completed") return calls > 0 ? "tool_calls" : "stop";
  const finish = INCOMPLETE.get(reason.toLowerCase());
  if (finish !== undefined) return finish;
  throw answerFailure("malformed", complain(`it ended for the unknown reason "${shortened(reason, 60)}"`));
}
