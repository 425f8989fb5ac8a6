import type { AssistantMessage, TokenUsage } from "../protocol/conversation.ts";
import { answerFailure, type AnswerFold, type CallIds, type Complaint, seenEvents } from "./answer_fold.ts";
import { isCommonId } from "./call_ids.ts";
import { ItemFold, type ItemKind } from "./fold_items.ts";
import { type Fields, isObject, objectOf, stringOf } from "./loose_values.ts";
import { finishOf, isKnownReason, laterReason } from "./finish_reason.ts";
import { LeadingThought, splitThought } from "./leading_thought.ts";
import type { Lease, ModelEvent, ModelReply } from "./provider.ts";
import { ReportedUsage } from "./reported_usage.ts";

/** The kind of item of which an event brings a piece. */
const PIECES: ReadonlyMap<string, ItemKind> = new Map([
  ["response.output_text.delta", "message"],
  ["response.refusal.delta", "message"],
  ["response.reasoning_summary_text.delta", "reasoning"],
  ["response.reasoning_text.delta", "reasoning"],
  ["response.function_call_arguments.delta", "function_call"],
]);

/** The kind of item of which an event brings a part whole, which some servers do in place of pieces. */
const PARTS: ReadonlyMap<string, ItemKind> = new Map([
  ["response.output_text.done", "message"],
  ["response.refusal.done", "message"],
  ["response.reasoning_summary_text.done", "reasoning"],
  ["response.reasoning_text.done", "reasoning"],
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
  readonly #usage = new ReportedUsage();
  /** Of the text as it is seen. */
  readonly #thought = new LeadingThought();
  /** `completed`, or why it is incomplete; "": it has not ended. */
  #finish = "";
  #isOver = false;
  #failure: unknown = null;

  constructor({ provider, model, account }: Pick<Lease, "provider" | "model" | "account">) {
    this.#lease = { provider, model, account };
  }

  get isFinished(): boolean {
    return this.#isOver || (this.#finish !== "" && isKnownReason(this.#finish));
  }

  get failure(): unknown {
    return this.#failure;
  }

  get usage(): TokenUsage | null {
    return this.#usage.usage;
  }

  get costUsd(): number | null {
    return this.#usage.costUsd;
  }

  get chars(): number {
    return this.#items.chars;
  }

  get parts(): number {
    return this.#items.count;
  }

  add(chunk: unknown): readonly ModelEvent[] {
    const event = objectOf(chunk);
    this.#usage.add(event);
    const type = stringOf(event.type);
    const kind = PIECES.get(type);
    if (kind !== undefined) return this.#see(kind, this.#items.piece(kind, event));
    const whole = PARTS.get(type);
    if (whole !== undefined) return this.#see(whole, this.#items.part(whole, event));
    if (type === "response.output_item.added") this.#items.begin(event);
    if (type === "response.function_call_arguments.done") this.#items.argumentsDone(event);
    if (type === "response.output_item.done") {
      const done = this.#items.done(event);
      return done === null ? [] : this.#see(done.kind, done.rest);
    }
    if (type === "error") this.#failure = event;
    const status = ENDS.get(type);
    if (status !== undefined) return this.#end(isObject(event.response) ? event.response : event, status);
    return Array.isArray(event.output) ? this.#end(event, "") : []; // it came whole, as JSON
  }

  close(): readonly ModelEvent[] {
    this.#isOver = true;
    return seenEvents(this.#thought.end());
  }

  end(complain: Complaint, ids: CallIds): ModelReply {
    if (this.#finish === "" && !this.#isOver) {
      throw answerFailure("cut", complain("the stream ended without saying that it was complete"));
    }
    if (this.#finish === "" && this.parts === 0) {
      throw answerFailure("malformed", complain("there is no answer in it"));
    }
    const toolCalls = this.#items.calls(ids);
    if (toolCalls === undefined) {
      throw answerFailure("malformed", complain("it calls a tool without naming it"));
    }
    const { reasoning: thought, text: content } = splitThought(this.#items.text("message"));
    const finish = finishOf(this.#finish, { calls: toolCalls.length, text: content }, complain);
    const reasoning = [this.#items.text("reasoning"), thought].filter((each) => each !== "").join("\n\n");
    const items = this.#items.carried;
    const isCarried = items.length > 0 || !toolCalls.every(({ id }) => isCommonId(id));
    const message: AssistantMessage = {
      role: "assistant",
      content,
      toolCalls,
      ...(reasoning === "" ? {} : { reasoning }),
      ...(isCarried ? { carried: { ...this.#lease, api: "responses", items } } : {}),
    };
    return { message, finish, usage: this.usage };
  }

  #end(response: Fields, byEvent: string): readonly ModelEvent[] {
    const { output, error } = response;
    const status = stringOf(response.status) || byEvent;
    const reason = stringOf(objectOf(response.incomplete_details).reason);
    if (status === "failed" || status === "cancelled") {
      this.#failure = error ?? { message: `the response is ${status}` };
    } else this.#finish = status === "incomplete" ? laterReason(status, reason) : status;
    this.#isOver ||= status === "";
    const news = this.#items.output(Array.isArray(output) ? output : []);
    const events = news.flatMap(({ kind, rest }) => this.#see(kind, rest));
    return [...events, ...seenEvents(this.#thought.end())];
  }

  #see(kind: ItemKind, delta: string): readonly ModelEvent[] {
    if (kind === "function_call") return [];
    return seenEvents(kind === "reasoning" ? { reasoning: delta, text: "" } : this.#thought.add(delta));
  }
}
