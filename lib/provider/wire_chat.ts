import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import type { AssistantMessage, Message, ToolCall, ToolSchema } from "../protocol/conversation.ts";
import type { Dialect } from "../protocol/dialect.ts";
import { fitHistory } from "./fit_history.ts";
import { ChatFold } from "./fold_chat.ts";
import { wireArguments } from "./json_arguments.ts";
import { type Fields, objectOf } from "./loose_values.ts";
import type { ModelRequest } from "./provider.ts";
import { bearer, unrefused, type Wire, type WireTarget } from "./wire.ts";

/** Chat Completions, which nearly every server speaks. */
export const CHAT_WIRE: Wire = {
  path: "chat/completions",
  authorization: bearer,
  body: chatBody,
  fold: (lease) => new ChatFold(lease),
};

/**
 * The body of a streaming Chat Completions request. What siblings share stands first and what changes from turn to
 * turn last, in the same order each time, so that a server can reuse the prefix.
 */
export function chatBody(request: ModelRequest, target: WireTarget): Record<string, unknown> {
  const { model, reasoningEffort, outputLimit, dialect, cacheKey } = target;
  const { tools, mustAnswer = false } = request;
  const body: ChatCompletionCreateParamsStreaming = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(reasoningEffort === null ? {} : { reasoning_effort: reasoningEffort as Effort }),
    ...(cacheKey === null ? {} : { prompt_cache_key: cacheKey }),
    ...(tools.length === 0 ? {} : { tools: tools.map(wireTool) }),
    ...(tools.length > 0 && mustAnswer ? { tool_choice: "none" } : {}),
    messages: wireMessages(request.messages, target),
  };
  return unrefused({ ...body, ...limited(outputLimit, dialect) }, dialect);
}

/** The limit under the name that the server has for it; a budget that needs one is not to be refused for the name. */
function limited(outputLimit: number | null, { limitField, maxOutput }: Dialect): Fields {
  return outputLimit === null ? {} : { [limitField]: Math.min(outputLimit, maxOutput ?? Infinity) };
}

/** Servers have levels of their own; config.yaml is taken at its word. */
type Effort = NonNullable<ChatCompletionCreateParamsStreaming["reasoning_effort"]>;

function wireTool(tool: ToolSchema): ChatCompletionTool {
  const { name, description, parameters } = tool;
  return { type: "function", function: { name, description, parameters } };
}

function wireMessages(
  messages: readonly Message[],
  target: WireTarget,
): ChatCompletionMessageParam[] {
  const { quirks } = target.dialect;
  const stand = {
    reasoning: quirks.includes("reasoning_content") || messages.some((each) => hadReasoning(each, target)),
    signature: quirks.includes("thought_signature"),
  };
  return fitHistory(messages, target).map((message) => wireMessage(message, target, stand));
}

/** What stands in for what a server made for itself where it is not known. */
interface StandIns {
  readonly reasoning: boolean;
  readonly signature: boolean;
}

function wireMessage(message: Message, target: WireTarget, stand: StandIns): ChatCompletionMessageParam {
  if (message.role === "assistant") return wireAssistant(message, target, stand);
  if (message.role === "tool") {
    return { role: "tool", tool_call_id: message.callId, content: message.content };
  }
  return { role: message.role, content: message.content };
}

function wireAssistant(
  message: AssistantMessage,
  target: WireTarget,
  stand: StandIns,
): ChatCompletionMessageParam {
  const carried = carriedBy(message, target);
  const own = unrefused({ ...(stand.reasoning ? BLANK_REASONING : {}), ...carried.message }, target.dialect);
  const { content: parts, ...fields } = own;
  if (message.toolCalls.length === 0) {
    return { role: "assistant", content: (parts ?? message.content) as string, ...fields };
  }
  const calls = message.toolCalls.map((call) => wireCall(call, carried.calls.get(call.id), target.dialect));
  const [first, ...others] = calls;
  const isSigned = !stand.signature || [own, ...carried.calls.values()].some(hasSignature);
  return {
    role: "assistant",
    content: (parts ?? (message.content || emptyText(target.dialect))) as string | null, // parts as they came
    ...fields,
    tool_calls: first === undefined || isSigned
      ? calls
      : [{ ...unrefused(UNSIGNED, target.dialect), ...first }, ...others],
  };
}

/** None, unless the server wants one. */
function emptyText({ quirks }: Dialect): "" | null {
  return quirks.includes("text_beside_calls") ? "" : null;
}

/** A blank, because Kimi takes an empty text for none. */
const BLANK_REASONING: Fields = { reasoning_content: " " };
/** What Google has servers take for the signature of a call that it did not make (Gemini API, thought signatures). */
const UNSIGNED: Fields = {
  extra_content: { google: { thought_signature: "skip_thought_signature_validator" } },
};

/** The fields that go back, of the message and of its calls by their ids. */
interface CarriedParts {
  readonly message: Fields;
  readonly calls: ReadonlyMap<string, Fields>;
}

/** As {@linkcode ChatFold} notes it; content in a form of the server's own stands for the text of which it was read only. */
function carriedBy({ carried, content: text }: AssistantMessage, { carries }: WireTarget): CarriedParts {
  const items = carried?.api === "chat" && carries(carried) ? carried.items.map(objectOf) : [];
  const calls = items.filter(({ type }) => type === "call");
  const { fields, chars = text.length } = items.find(({ type }) => type === "message") ?? {};
  const { content, ...others } = objectOf(fields);
  return {
    message: content === undefined || chars !== text.length ? others : { ...others, content },
    calls: new Map(calls.map(({ id, fields }) => [String(id), objectOf(fields)])),
  };
}

/** A model that reasons in that field for one key does so for all. */
function hadReasoning(message: Message, { provider, model }: WireTarget): boolean {
  if (message.role !== "assistant" || message.carried?.api !== "chat") return false;
  const { carried } = message;
  if (carried.provider !== provider || carried.model !== model) return false;
  return carried.items.map(objectOf).some(({ fields }) => "reasoning_content" in objectOf(fields));
}

function hasSignature(fields: Fields): boolean {
  const google = objectOf(objectOf(fields.extra_content).google);
  return "thought_signature" in google || "thought_signature" in fields ||
    "thought_signature" in objectOf(fields.provider_specific_fields);
}

function wireCall(
  call: ToolCall,
  carried: Fields | undefined,
  dialect: Dialect,
): ChatCompletionMessageFunctionToolCall {
  const { function: ofFunction, ...fields } = unrefused(carried ?? {}, dialect);
  const { id, name } = call;
  return {
    ...fields,
    id,
    type: "function",
    function: { name, arguments: wireArguments(call.arguments), ...objectOf(ofFunction) },
  };
}
