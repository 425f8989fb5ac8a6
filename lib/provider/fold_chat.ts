import type { TokenUsage } from "../protocol/conversation.ts";
import { answerFailure, type AnswerFold, type CallIds, type Complaint, seenEvents } from "./answer_fold.ts";
import { CarriedFields } from "./carried_fields.ts";
import { ContentParts, contentText } from "./content_parts.ts";
import { finishOf, isKnownReason, laterReason } from "./finish_reason.ts";
import { isCommonId } from "./call_ids.ts";
import { CallFold, callsOf } from "./fold_calls.ts";
import { LeadingThought, type Thought } from "./leading_thought.ts";
import { type Fields, indexOf, isObject, objectOf, stringOf } from "./loose_values.ts";
import type { Lease, ModelEvent, ModelReply } from "./provider.ts";
import { ReportedUsage } from "./reported_usage.ts";
import { reasoningIn } from "./said_reasoning.ts";
import { SaidText } from "./said_text.ts";

/** Folds the chunks of one Chat Completions answer, however it was cut into chunks, into one reply. */
export class ChatFold implements AnswerFold {
  /** This wire has no event for a failure. */
  readonly failure = null;
  readonly #lease: Pick<Lease, "provider" | "model" | "account">;
  /** As it came, thinking in tags included. */
  readonly #content = new SaidText();
  readonly #told = new SaidText();
  readonly #thought = new LeadingThought();
  readonly #parts = new ContentParts();
  readonly #calls = new CallFold();
  readonly #carried = new CarriedFields(READ_FIELDS);
  readonly #usage = new ReportedUsage();
  #text = "";
  #reasoning = "";
  #argumentChars = 0;
  #finish = "";
  /** The server said so, without a reason. */
  #isOver = false;
  /** The index of the one choice that was asked for; undefined: none has come. */
  #choice: number | null | undefined;
  /** A delta said something, so that a message says it again. */
  #hasDeltas = false;

  constructor({ provider, model, account }: Pick<Lease, "provider" | "model" | "account">) {
    this.#lease = { provider, model, account };
  }

  get isFinished(): boolean {
    return this.#isOver || (this.#finish !== "" && isKnownReason(this.#finish));
  }

  get usage(): TokenUsage | null {
    return this.#usage.usage;
  }

  get costUsd(): number | null {
    return this.#usage.costUsd;
  }

  get chars(): number {
    return this.#content.text.length + this.#told.text.length + this.#argumentChars;
  }

  get parts(): number {
    return this.#calls.count;
  }

  add(chunk: unknown): readonly ModelEvent[] {
    const fields = objectOf(chunk);
    const events: ModelEvent[] = [];
    this.#usage.add(fields);
    for (const choice of this.#chosen(fields.choices)) {
      this.#addChoice(choice, events);
      this.#finish = laterReason(this.#finish, stringOf(choice.finish_reason));
      // A whole completion needs no reason, wherever it stands.
      this.#isOver ||= fields.object === "chat.completion" && isObject(choice.message);
      if (this.#finish !== "") this.#see(this.#thought.end(), events);
    }
    return events;
  }

  close(): readonly ModelEvent[] {
    this.#isOver = true;
    const events: ModelEvent[] = [];
    this.#see(this.#thought.end(), events);
    return events;
  }

  end(complain: Complaint, ids: CallIds): ModelReply {
    if (this.#finish === "" && !this.#isOver) {
      throw answerFailure("cut", complain("the stream ended without a finish reason"));
    }
    this.close();
    if (this.#choice === undefined) throw answerFailure("malformed", complain("there is no answer in it"));
    const toolCalls = this.#calls.end(ids.taken, ids.newId);
    if (toolCalls === undefined) {
      throw answerFailure("malformed", complain("it calls a tool without naming it"));
    }
    const finish = finishOf(this.#finish, { calls: toolCalls.length, text: this.#text }, complain);
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
      finish,
      usage: this.usage,
    };
  }

  /** The choices that are the one asked for: some servers send others, and some put its text and its calls into two. */
  #chosen(choices: unknown): readonly Fields[] {
    const all: readonly Fields[] = (Array.isArray(choices) ? choices : [choices]).filter(isObject);
    if (all.length === 0) return all;
    const index = this.#choice ??= lowest(all.map((choice) => indexOf(choice.index)));
    return all.filter((choice) => index === null || (indexOf(choice.index) ?? index) === index);
  }

  #addChoice({ delta, text, message }: Fields, events: ModelEvent[]): void {
    if (isObject(delta) || text !== undefined) {
      this.#addDelta(isObject(delta) ? delta : { content: text }, events);
    }
    if (isObject(message)) this.#addMessage(message, events);
  }

  #addDelta(delta: Fields, events: ModelEvent[]): void {
    const calls = callsOf(delta);
    const reasoning = this.#told.piece(reasoningIn(delta));
    this.#parts.add(delta.content, this.#content.text);
    const text = this.#content.piece(textIn(delta));
    this.#hasDeltas ||= calls.length > 0 || reasoning !== "" || text !== "";
    this.#argumentChars += this.#calls.add(calls);
    this.#carried.add(delta);
    this.#say(reasoning, text, events);
  }

  /** A message in place of deltas, or all that they have said once more. */
  #addMessage(message: Fields, events: ModelEvent[]): void {
    const before = this.#content.text;
    const reasoning = this.#told.whole(reasoningIn(message));
    const text = this.#content.whole(textIn(message));
    if (this.#hasDeltas) {
      this.#argumentChars += this.#calls.addWhole(callsOf(message));
      if (this.#carried.fields === null) this.#carried.add(message);
    } else {
      this.#argumentChars += this.#calls.add(callsOf(message));
      this.#parts.add(message.content, before);
      this.#carried.add(message);
    }
    this.#say(reasoning, text, events);
  }

  #say(reasoning: string, text: string, events: ModelEvent[]): void {
    if (reasoning !== "") this.#see({ reasoning, text: "" }, events);
    if (text !== "") this.#see(this.#thought.add(text), events);
  }

  #see(thought: Thought, events: ModelEvent[]): void {
    this.#reasoning += thought.reasoning;
    this.#text += thought.text;
    events.push(...seenEvents(thought));
  }

  /** What goes back with the message and with its calls, once these have their ids. */
  #items(): readonly Fields[] {
    const content = this.#parts.parts ?? (this.#thought.hasThought ? this.#content.text : null);
    const fields = { ...this.#carried.fields, ...(content === null ? {} : { content }) };
    const calls = this.#calls.carried.map(([id, each]) => ({ type: "call", id, fields: each }));
    const chars = content === null ? {} : { chars: this.#text.length };
    return [...(Object.keys(fields).length === 0 ? [] : [{ type: "message", fields, ...chars }]), ...calls];
  }
}

/** The fields of a message that are read here, and those that tell people something and no server later on. */
const READ_FIELDS: ReadonlySet<string> = new Set([
  ...["role", "content", "refusal", "tool_calls", "function_call", "name", "index", "logprobs"],
  ...["annotations", "citations", "search_results", "audio", "images", "channel", "error", "usage"],
]);

/** The lowest of the indexes; null: there are none. */
function lowest(indexes: readonly (number | null)[]): number | null {
  const numbers = indexes.filter((index) => index !== null);
  return numbers.length === 0 ? null : Math.min(...numbers);
}

function textIn({ content, refusal }: Fields): string {
  return contentText(content) + contentText(refusal);
}
