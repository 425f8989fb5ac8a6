import type { AssistantMessage, Message, ToolCall, ToolSchema } from "../protocol/conversation.ts";
import type { Dialect } from "../protocol/dialect.ts";
import { fitHistory } from "./fit_history.ts";
import { ResponsesFold } from "./fold_responses.ts";
import { wireArguments } from "./json_arguments.ts";
import { type Fields, objectOf, stringOf } from "./loose_values.ts";
import { MessageParts } from "./message_parts.ts";
import type { ModelRequest } from "./provider.ts";
import { bearer, unrefused, type Wire, type WireTarget } from "./wire.ts";

/** Responses, OpenAI's own wire. */
export const RESPONSES_WIRE: Wire = {
  path: "responses",
  authorization: bearer,
  body: responsesBody,
  fold: (lease) => new ResponsesFold(lease),
};

/**
 * The body of a streaming Responses request that leaves nothing behind at the server. What siblings share stands first
 * and what changes from turn to turn last, so that a server can reuse the prefix.
 */
export function responsesBody(request: ModelRequest, target: WireTarget): Record<string, unknown> {
  const { model, reasoningEffort, outputLimit, dialect, cacheKey } = target;
  const { tools, mustAnswer = false } = request;
  const messages = fitHistory(request.messages, target);
  const instructions = messages.filter(({ role }) => role === "system").map(contentOf).join("\n\n");
  const limit = outputLimit === null ? null : Math.min(outputLimit, dialect.maxOutput ?? Infinity);
  return unrefused({
    model,
    stream: true,
    store: false,
    include: ["reasoning.encrypted_content"],
    ...(reasoningEffort === null ? {} : { reasoning: { effort: reasoningEffort } }),
    ...(cacheKey === null ? {} : { prompt_cache_key: cacheKey }),
    ...(instructions === "" ? {} : { instructions }),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => wireTool(tool, dialect)) }),
    ...(tools.length > 0 && mustAnswer ? { tool_choice: "none" } : {}),
    input: messages.flatMap((message) => inputItems(message, target)),
    ...(limit === null ? {} : { max_output_tokens: limit }),
  }, dialect);
}

function contentOf({ content }: Message): string {
  return content;
}

/** Without `strict: false` this wire takes a schema for a strict one, which few are. */
function wireTool({ name, description, parameters }: ToolSchema, dialect: Dialect): object {
  return { type: "function", name, description, parameters, ...unrefused({ strict: false }, dialect) };
}

function inputItems(message: Message, target: WireTarget): readonly object[] {
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
function assistantItems(message: AssistantMessage, target: WireTarget): readonly object[] {
  const parts = new MessageParts(message);
  const items: object[] = [];
  let reasoning: Fields[] = [];
  let isAfterBlank = false;
  for (const carried of carriedFor(message, target)) {
    if (carried.type === "reasoning") {
      reasoning = isAfterBlank ? [carried] : [...reasoning, carried];
      isAfterBlank = false;
      continue;
    }
    const isCall = carried.type === "function_call";
    const part = parts.take(isCall ? { callId: carried.call_id } : carried);
    isAfterBlank = part === null && !isCall;
    if (isAfterBlank) continue; // what was thought before it may have come to the call after it
    if (part !== null) items.push(...reasoning, wirePart(part, stringOf(carried.phase)));
    reasoning = [];
  }
  return [...items, ...parts.rest().map((part) => wirePart(part, ""))];
}

function carriedFor({ carried }: AssistantMessage, { carries }: WireTarget): readonly Fields[] {
  return carried?.api === "responses" && carries(carried) ? carried.items.map(objectOf) : [];
}

function wirePart(part: string | ToolCall, phase: string): object {
  return typeof part === "string" ? wireText(part, phase) : wireCall(part);
}

function wireText(content: string, phase: string): object {
  return { type: "message", role: "assistant", content, ...(phase === "" ? {} : { phase }) };
}

function wireCall({ id, name, arguments: args }: ToolCall): object {
  return { type: "function_call", call_id: id, name, arguments: wireArguments(args) };
}
