import type { AssistantMessage, TokenUsage, ToolCall } from "../protocol/conversation.ts";
import { answerFailure, type AnswerFold, type CallIds, type Complaint, seenEvents } from "./answer_fold.ts";
import { unusedId } from "./call_ids.ts";
import { finishOf, isKnownReason, laterReason } from "./finish_reason.ts";
import { readArguments } from "./json_arguments.ts";
import { LeadingThought, type Thought } from "./leading_thought.ts";
import { argumentText, type Fields, indexOf, objectOf, stringOf } from "./loose_values.ts";
import type { Lease, ModelEvent, ModelReply } from "./provider.ts";
import { withoutRepeats } from "./repeated_calls.ts";
import { ReportedUsage } from "./reported_usage.ts";

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
  /** In the order in which they began. */
  readonly #blocks: Block[] = [];
  /** The last one that began under an index. */
  readonly #byIndex = new Map<number, Block>();
  readonly #usage = new ReportedUsage({ isCacheApart: true });
  /** Of the text. */
  readonly #thought = new LeadingThought();
  #reasoning = "";
  #stop = "";
  #isOver = false;
  #failure: unknown = null;
  #chars = 0;

  constructor({ provider, model, account }: Pick<Lease, "provider" | "model" | "account">) {
    this.#lease = { provider, model, account };
  }

  get isFinished(): boolean {
    return this.#isOver || (this.#stop !== "" && isKnownReason(this.#stop));
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
    return this.#chars;
  }

  get parts(): number {
    return this.#blocks.length;
  }

  add(chunk: unknown): readonly ModelEvent[] {
    const event = objectOf(chunk);
    this.#usage.add(event);
    switch (event.type) {
      case "message_start":
        return this.#whole(objectOf(event.message));
      case "content_block_start":
        return this.#begin(indexOf(event.index), objectOf(event.content_block));
      case "content_block_delta":
        return this.#piece(indexOf(event.index), objectOf(event.delta));
      case "message_delta":
        this.#stop = laterReason(this.#stop, stringOf(objectOf(event.delta).stop_reason));
        return [];
      case "message_stop":
        return this.close();
      case "error":
        this.#failure = event.error ?? event;
        return [];
      default:
        return Array.isArray(event.content) ? [...this.#whole(event), ...this.close()] : [];
    }
  }

  close(): readonly ModelEvent[] {
    this.#isOver = true;
    const last = this.#blocks.findLast(({ raw }) => raw.type === "text");
    return last === undefined ? [] : this.#see(last, this.#thought.end());
  }

  end(complain: Complaint, { taken, newId }: CallIds): ModelReply {
    if (this.#stop === "" && !this.#isOver) {
      throw answerFailure("cut", complain("the stream ended without saying that it was complete"));
    }
    if (this.#stop === "" && this.#blocks.length === 0) {
      throw answerFailure("malformed", complain("there is no answer in it"));
    }
    this.close();
    const blocks = withoutRepeats(this.#blocks, toolCallOf);
    const toolCalls = this.#calls(blocks, new Set(taken), newId);
    if (toolCalls.some(({ name }) => name === "")) {
      throw answerFailure("malformed", complain("it calls a tool without naming it"));
    }
    const content = blocks.filter(({ raw }) => raw.type === "text").map(({ text }) => text).join("");
    const finish = finishOf(this.#stop, { calls: toolCalls.length, text: content }, complain);
    const thinking = blocks.filter(isThinking).map(({ text }) => text);
    const reasoning = [this.#reasoning, ...thinking].filter((text) => text !== "");
    const items = blocks.some(isThinking) ? blocks.flatMap(placeOf) : [];
    const message: AssistantMessage = {
      role: "assistant",
      content,
      toolCalls,
      ...(reasoning.length === 0 ? {} : { reasoning: reasoning.join("\n\n") }),
      ...(items.length === 0 ? {} : { carried: { ...this.#lease, api: "messages", items } }),
    };
    return { message, finish, usage: this.usage };
  }

  /** A message as it stands at the start, or whole where it does not come in pieces. */
  #whole(message: Fields): readonly ModelEvent[] {
    this.#stop = laterReason(this.#stop, stringOf(message.stop_reason));
    const content = Array.isArray(message.content) ? message.content : [];
    return content.flatMap((block, index) => this.#begin(index, objectOf(block)));
  }

  #begin(index: number | null, raw: Fields): readonly ModelEvent[] {
    const block: Block = { raw: { ...raw }, text: "", json: "", callId: "" };
    const there = index === null ? undefined : this.#byIndex.get(index);
    if (there !== undefined && isEmptySame(there, raw)) this.#blocks.splice(this.#blocks.indexOf(there), 1);
    this.#blocks.push(block);
    if (index !== null) this.#byIndex.set(index, block);
    return this.#say(block, stringOf(raw.type === "thinking" ? raw.thinking : raw.text));
  }

  #piece(index: number | null, delta: Fields): readonly ModelEvent[] {
    const block = (index === null ? this.#blocks.at(-1) : this.#byIndex.get(index)) ??
      this.#open(index, delta);
    const json = argumentText(delta.partial_json);
    this.#chars += json.length;
    block.json += json;
    if (typeof delta.signature === "string") block.raw.signature = delta.signature;
    return this.#say(block, stringOf(delta.text) + stringOf(delta.thinking));
  }

  /** For a server that does not say that a block begins; a call would have no name. */
  #open(index: number | null, delta: Fields): Block {
    const type = delta.type === "thinking_delta" || delta.type === "signature_delta" ? "thinking" : "text";
    this.#begin(index, { type });
    return this.#blocks.at(-1)!; // begun just now
  }

  #say(block: Block, text: string): readonly ModelEvent[] {
    this.#chars += text.length;
    if (block.raw.type === "text") return this.#see(block, this.#thought.add(text));
    block.text += text;
    return seenEvents({ reasoning: isThinking(block) ? text : "", text: "" });
  }

  #see(block: Block, thought: Thought): readonly ModelEvent[] {
    this.#reasoning += thought.reasoning;
    block.text += thought.text;
    return seenEvents(thought);
  }

  #calls(blocks: readonly Block[], used: Set<string>, newId: () => string): readonly ToolCall[] {
    return blocks.flatMap((block) => {
      const call = toolCallOf(block);
      if (call === null) return [];
      block.callId = unusedId(call.id, used, newId);
      return [{ ...call, id: block.callId }];
    });
  }
}

/** The call that a block is, under its server's id; null: it is none. */
function toolCallOf({ raw, json }: Block): ToolCall | null {
  if (raw.type !== "tool_use") return null;
  const args = json.trim() === "" ? argumentText(raw.input) : json;
  return { id: stringOf(raw.id), name: stringOf(raw.name), arguments: readArguments(args) };
}

/** Whether a block that has nothing yet is the one that begins once more. */
function isEmptySame({ raw, text, json }: Block, { type, id }: Fields): boolean {
  return text + json === "" && raw.type === type && raw.id === id;
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
