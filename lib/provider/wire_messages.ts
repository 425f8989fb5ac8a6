import type { ContentBlockParam, MessageParam, Tool } from "@anthropic-ai/sdk/resources/messages";
import type { AssistantMessage, Message, ToolCall, ToolSchema } from "../protocol/conversation.ts";
import { fitHistory } from "./fit_history.ts";
import { MessagesFold } from "./fold_messages.ts";
import { isJsonObject } from "./json_arguments.ts";
import { type Fields, objectOf } from "./loose_values.ts";
import { MessageParts } from "./message_parts.ts";
import type { ModelRequest } from "./provider.ts";
import { thinkingOf } from "./thinking.ts";
import { unrefused, type Wire, type WireTarget } from "./wire.ts";

/** Messages, Anthropic's own wire, which Ollama, vLLM and others serve too. */
export const MESSAGES_WIRE: Wire = {
  path: "messages",
  authorization: (key) => ({ "x-api-key": key, ...VERSION }),
  body: messagesBody,
  fold: (lease) => new MessagesFold(lease),
};

/** The version of the wire that is spoken here. */
const VERSION = { "anthropic-version": "2023-06-01" };
/** This wire demands a limit: what all current models take, in tokens (Anthropic, models overview). */
const DEFAULT_OUTPUT = 32_000;
/** How many of the last messages end a prefix that the server keeps; tools and system end one more each, four in all. */
const CACHED_MESSAGES = 2;
const CACHE: Fields = { cache_control: { type: "ephemeral" } };

/** A message on this wire, made of blocks. */
interface WireMessage {
  readonly role: MessageParam["role"];
  readonly content: readonly ContentBlockParam[];
}

/**
 * The body of a streaming Messages request. What siblings share stands first; the server keeps the prefixes that end
 * with the tools, the system prompt and each of the last messages, which the next request begins with.
 */
export function messagesBody(request: ModelRequest, target: WireTarget): Record<string, unknown> {
  const { model, outputLimit, dialect, reasoningEffort } = target;
  const { tools, mustAnswer = false } = request;
  const history = fitHistory(request.messages, target);
  const system = history.filter(({ role }) => role === "system").map(({ content }) => textBlock(content));
  const messages = wireMessages(history, target);
  const limit = Math.min(outputLimit ?? DEFAULT_OUTPUT, dialect.maxOutput ?? Infinity);
  const cache = dialect.refused.includes("cache_control") ? {} : CACHE;
  return unrefused({
    model,
    stream: true,
    max_tokens: limit,
    ...thinkingOf({ model, effort: reasoningEffort, limit, mayThink: mayThink(messages) }),
    ...(tools.length === 0 ? {} : { tools: withLast(tools.map(wireTool), cache) }),
    ...(tools.length > 0 && mustAnswer ? { tool_choice: { type: "none" } } : {}),
    ...(system.length === 0 ? {} : { system: withLast(system, cache) }),
    messages: withCache(messages, cache),
  }, dialect);
}

function wireTool({ name, description, parameters }: ToolSchema): Tool {
  return { name, description, input_schema: { ...parameters, type: "object" } };
}

/** Each message with its neighbours of the same role in one, as roles take turns here. */
function wireMessages(history: readonly Message[], target: WireTarget): readonly WireMessage[] {
  const joined: WireMessage[] = [];
  for (const message of history) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = blocksOf(message, target);
    const before = joined.at(-1);
    if (before?.role === role) joined[joined.length - 1] = { role, content: [...before.content, ...content] };
    else joined.push({ role, content });
  }
  // A model that began its answer already is refused by some (prefill).
  return joined.at(-1)?.role === "assistant" ? [...joined, GO_ON] : joined;
}

const GO_ON: WireMessage = { role: "user", content: [textBlock("Go on.")] };

function blocksOf(
  message: Exclude<Message, { role: "system" }>,
  target: WireTarget,
): readonly ContentBlockParam[] {
  if (message.role === "user") return [textBlock(message.content)];
  if (message.role === "assistant") return assistantBlocks(message, target);
  return [{ type: "tool_result", tool_use_id: message.callId, content: message.content }];
}

/** What the model said in its own order, with the thinking that its server can check. */
function assistantBlocks(message: AssistantMessage, target: WireTarget): readonly ContentBlockParam[] {
  const parts = new MessageParts(message);
  const { carried } = message;
  const places = carried?.api === "messages" && target.carries(carried) ? carried.items.map(objectOf) : [];
  const blocks = places.flatMap((place) => {
    if (place.block !== undefined) return [place.block as ContentBlockParam]; // as the server wrote it
    const part = parts.take(place);
    return part === null ? [] : [partBlock(part)];
  });
  return [...blocks, ...parts.rest().map(partBlock)];
}

function partBlock(part: string | ToolCall): ContentBlockParam {
  return typeof part === "string" ? textBlock(part) : callBlock(part);
}

function textBlock(text: string): ContentBlockParam {
  return { type: "text", text };
}

function callBlock({ id, name, arguments: args }: ToolCall): ContentBlockParam {
  const input: unknown = isJsonObject(args) ? JSON.parse(args) : { not_json: args };
  return { type: "tool_use", id, name, input };
}

/** A model that thinks wants the thinking before its last calls back; where that is gone, it must not think on. */
function mayThink(messages: readonly WireMessage[]): boolean {
  const last = messages.findLast(({ role }) => role === "assistant");
  if (last === undefined || !last.content.some(({ type }) => type === "tool_use")) return true;
  const first = last.content[0]?.type;
  return first === "thinking" || first === "redacted_thinking";
}

function withCache(messages: readonly WireMessage[], cache: Fields): readonly WireMessage[] {
  const ends = [...messages.keys()].filter((at) => messages[at]?.role === "user").slice(-CACHED_MESSAGES);
  return messages.map((message, at) =>
    ends.includes(at) ? { ...message, content: withLast(message.content, cache) } : message
  );
}

function withLast<Block extends object>(blocks: readonly Block[], fields: Fields): readonly Block[] {
  return blocks.map((block, at) => at === blocks.length - 1 ? { ...block, ...fields } : block);
}
