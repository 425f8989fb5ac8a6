import type { AssistantMessage, Message, ToolCall, ToolSchema } from "../protocol/conversation.ts";
import { type Fields, objectOf, stringOf } from "./loose_values.ts";
import type { Lease, ModelRequest } from "./provider.ts";
import { wireArguments } from "./wire_chat.ts";

type ResponsesTarget = Pick<Lease, "provider" | "model" | "reasoningEffort" | "outputLimit">;

/**
 * The body of a streaming Responses request that leaves nothing behind at the server. What siblings share stands first
 * and what changes from turn to turn last, so that a server can reuse the prefix.
 */
export function responsesBody(request: ModelRequest, target: ResponsesTarget): Record<string, unknown> {
  const instructions = request.messages.filter(({ role }) => role === "system").map(contentOf).join("\n\n");
  return {
    model: target.model,
    stream: true,
    store: false,
    include: ["reasoning.encrypted_content"],
    ...(target.reasoningEffort === null ? {} : { reasoning: { effort: target.reasoningEffort } }),
    ...(instructions === "" ? {} : { instructions }),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(wireTool) }),
    input: request.messages.flatMap((message) => inputItems(message, target)),
    ...(target.outputLimit === null ? {} : { max_output_tokens: target.outputLimit }),
  };
}

function contentOf({ content }: Message): string {
  return content;
}

/** Without `strict: false` this wire takes a schema for a strict one, which few are. */
function wireTool({ name, description, parameters }: ToolSchema): object {
  return { type: "function", name, description, parameters, strict: false };
}

function inputItems(message: Message, target: ResponsesTarget): readonly object[] {
  switch (message.role) {
    case "system":
      return [];
    case "user":
      return [{ type: "message", role: "user", content: message.content }];
    case "tool":
      return [{ type: "function_call_output", call_id: message.callId, output: message.content }];
    case "assistant":
      return assistantItems(message, target);
    default:
      return message satisfies never;
  }
}

/**
 * What the model said, in its own order where it is known. Reasoning goes back only right before what came of it:
 * alone it would be refused. The conversation decides: what it no longer has, such as calls of a hand-over, is left out.
 */
function assistantItems(message: AssistantMessage, target: ResponsesTarget): readonly object[] {
  const places = new Places(message);
  const items: object[] = [];
  let reasoning: Fields[] = [];
  for (const carried of carriedFor(message, target)) {
    if (carried.type === "reasoning") {
      reasoning.push(carried);
      continue;
    }
    const item = places.take(carried);
    if (item !== null) items.push(...reasoning, item);
    reasoning = [];
  }
  return [...items, ...places.rest()];
}

function carriedFor({ carried }: AssistantMessage, target: ResponsesTarget): readonly Fields[] {
  if (carried === undefined) return [];
  const isOwn = carried.provider === target.provider && carried.model === target.model;
  return isOwn ? carried.items.map(objectOf) : [];
}

/** Hands out the parts of a message, each once. */
class Places {
  #text: string;
  readonly #calls: ToolCall[];

  constructor({ content, toolCalls }: AssistantMessage) {
    this.#text = content;
    this.#calls = [...toolCalls];
  }

  /** The part that stood at a place as {@linkcode ItemFold} notes it; null when it is no longer there. */
  take(place: Fields): object | null {
    if (place.type === "function_call") {
      const at = this.#calls.findIndex(({ id }) => id === place.call_id);
      const call = at < 0 ? undefined : this.#calls.splice(at, 1)[0];
      return call === undefined ? null : wireCall(call);
    }
    const chars = typeof place.chars === "number" ? place.chars : 0;
    const text = this.#text.slice(0, chars);
    this.#text = this.#text.slice(chars);
    return text === "" ? null : wireText(text, stringOf(place.phase));
  }

  rest(): readonly object[] {
    return [...(this.#text === "" ? [] : [wireText(this.#text, "")]), ...this.#calls.map(wireCall)];
  }
}

function wireText(content: string, phase: string): object {
  return { type: "message", role: "assistant", content, ...(phase === "" ? {} : { phase }) };
}

function wireCall({ id, name, arguments: args }: ToolCall): object {
  return { type: "function_call", call_id: id, name, arguments: wireArguments(args) };
}
