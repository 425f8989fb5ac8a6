import type { AssistantMessage, TokenUsage, ToolCall } from "../protocol/conversation.ts";
import { answerFailure, type AnswerFold, type CallIds, type Complaint, deltaEvent } from "./answer_fold.ts";
import { type Fields, isObject, objectOf, stringOf } from "./loose_values.ts";
import type { FinishReason, Lease, ModelEvent, ModelReply } from "./provider.ts";
import { messagesUsage } from "./messages_usage.ts";
import { costOfUsage } from "./reported_usage.ts";
import { shortened } from "../support/cut_text.ts";

/** What servers call the ways in which a model stops. */
const STOP_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "tool_calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["refusal", "content_filter"],
]);

/** A block of the answer, with its text, thinking or arguments as far as they came. */
interface Block {
  readonly raw: Record<string, unknown>;
  text: string;
  /** Arguments in pieces; a call whose arguments come whole has them in `raw`. */
  json: string;
  callId: string;
}

/** Folds the events of one Messages answer, however it was cut into events, into one reply. */
export class MessagesFold implements AnswerFold {
  readonly #lease: Pick<Lease, "provider" | "model" | "account">;
  readonly #blocks = new Map<number, Block>();
  #stop: string | null = null;
  #isOver = false;
  #failure: unknown = null;
  #usage: Fields | null = null;
  #chars = 0;

  constructor({ provider, model, account }: Pick<Lease, "provider" | "model" | "account">) {
    this.#lease = { provider, model, account };
  }

  get isFinished(): boolean {
    return this.#stop !== null || this.#isOver;
  }

  get failure(): unknown {
    return this.#failure;
  }

  get usage(): TokenUsage | null {
    return this.#usage === null ? null : messagesUsage(this.#usage);
  }

  get costUsd(): number | null {
    return this.#usage === null ? null : costOfUsage(this.#usage);
  }

  get chars(): number {
    return this.#chars;
  }

  add(chunk: unknown): readonly ModelEvent[] {
    const event = objectOf(chunk);
    switch (event.type) {
      case "message_start":
        return this.#whole(objectOf(event.message));
      case "content_block_start":
        return this.#begin(indexOf(event), objectOf(event.content_block));
      case "content_block_delta":
        return this.#piece(indexOf(event), objectOf(event.delta));
      case "message_delta":
        this.#end(objectOf(event.delta).stop_reason, event.usage);
        return [];
      case "message_stop":
        this.#isOver = true;
        return [];
      case "error":
        this.#failure = event.error ?? event;
        return [];
      case "message":
        this.#isOver = true;
        return this.#whole(event);
      default:
        return [];
    }
  }

  end(complain: Complaint, { taken, newId }: CallIds): ModelReply {
    if (!this.isFinished) {
      throw answerFailure("cut", complain("the stream ended without saying that it was complete"));
    }
    const blocks = [...this.#blocks].toSorted(([a], [b]) => a - b).map(([, block]) => block);
    const toolCalls = this.#calls(blocks, new Set(taken), newId);
    if (toolCalls.some(({ name }) => name === "")) {
      throw answerFailure("malformed", complain("it calls a tool without naming it"));
    }
    const reasoning = blocks.filter(isThinking).map(({ text }) => text).filter((text) => text !== "");
    const items = blocks.some(isThinking) ? blocks.flatMap(placeOf) : [];
    const message: AssistantMessage = {
      role: "assistant",
      content: blocks.filter(({ raw }) => raw.type === "text").map(({ text }) => text).join(""),
      toolCalls,
      ...(reasoning.length === 0 ? {} : { reasoning: reasoning.join("\n\n") }),
      ...(items.length === 0 ? {} : { carried: { ...this.#lease, api: "messages", items } }),
    };
    return { message, finish: this.#finish(toolCalls.length, complain), usage: this.usage };
  }

  /** A message as it stands at the start, or whole where it does not come in pieces. */
  #whole(message: Fields): readonly ModelEvent[] {
    this.#end(message.stop_reason, message.usage);
    const content = Array.isArray(message.content) ? message.content : [];
    return content.flatMap((block, index) => this.#begin(index, objectOf(block)));
  }

  /** Counts of later events go over those before, of which they may leave some out. */
  #end(stop: unknown, usage: unknown): void {
    if (stringOf(stop) !== "") this.#stop = stringOf(stop);
    if (isObject(usage)) {
      const told = Object.entries(usage).filter(([, value]) => value !== null);
      this.#usage = { ...this.#usage, ...Object.fromEntries(told) };
    }
  }

  #begin(index: number, raw: Fields): readonly ModelEvent[] {
    const text = stringOf(raw.type === "thinking" ? raw.thinking : raw.text);
    this.#blocks.set(index, { raw: { ...raw }, text, json: "", callId: "" });
    this.#chars += text.length;
    return deltaEvent(raw.type === "thinking" ? "reasoning" : "text", text);
  }

  #piece(index: number, delta: Fields): readonly ModelEvent[] {
    const block = this.#blocks.get(index) ?? this.#open(index, delta);
    const text = stringOf(delta.text) + stringOf(delta.thinking);
    const json = stringOf(delta.partial_json);
    this.#chars += text.length + json.length;
    block.text += text;
    block.json += json;
    if (typeof delta.signature === "string") block.raw.signature = delta.signature;
    return deltaEvent(isThinking(block) ? "reasoning" : "text", text);
  }

  /** For a server that does not say that a block begins; a call would have no name. */
  #open(index: number, delta: Fields): Block {
    const type = delta.type === "thinking_delta" || delta.type === "signature_delta" ? "thinking" : "text";
    const block: Block = { raw: { type }, text: "", json: "", callId: "" };
    this.#blocks.set(index, block);
    return block;
  }

  #calls(blocks: readonly Block[], used: Set<string>, newId: () => string): readonly ToolCall[] {
    return blocks.filter(({ raw }) => raw.type === "tool_use").map((block) => {
      block.callId = stringOf(block.raw.id);
      while (block.callId === "" || used.has(block.callId)) block.callId = newId();
      used.add(block.callId);
      const whole = isObject(block.raw.input) ? JSON.stringify(block.raw.input) : stringOf(block.raw.input);
      const args = block.json.trim() === "" ? whole : block.json;
      return { id: block.callId, name: stringOf(block.raw.name), arguments: args === "" ? "{}" : args };
    });
  }

  /** An end that says nothing of why is a stop; one for a reason that nobody knows is no success. */
  #finish(calls: number, complain: Complaint): FinishReason {
    const reason = this.#stop ?? (calls > 0 ? "tool_use" : "end_turn");
    const finish = STOP_REASONS.get(reason);
    if (finish === undefined) {
      throw answerFailure(
        "malformed",
        complain(`it ended for the unknown reason "${shortened(reason, 60)}"`),
      );
    }
    if (finish === "tool_calls" && calls === 0) {
      throw answerFailure("malformed", complain("it ended with tool calls but has none"));
    }
    return finish === "stop" && calls > 0 ? "tool_calls" : finish;
  }
}

function indexOf({ index }: Fields): number {
  return typeof index === "number" ? index : 0;
}

function isThinking({ raw }: Block): boolean {
  return raw.type === "thinking" || raw.type === "redacted_thinking";
}

/** Thinking as it came, and where text and calls stood between it. */
function placeOf({ raw, text, callId }: Block): readonly Fields[] {
  if (raw.type === "tool_use") return [{ callId }];
  if (raw.type === "text") return text === "" ? [] : [{ chars: text.length }];
  return [{ block: raw.type === "thinking" ? { ...raw, thinking: text } : raw }];
}
