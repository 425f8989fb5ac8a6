import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import type { AssistantMessage, Message, ToolCall, ToolSchema } from "../protocol/conversation.ts";
import type { Lease, ModelRequest } from "./provider.ts";

type ChatTarget = Pick<Lease, "model" | "reasoningEffort" | "outputLimit" | "outputLimitField">;

/**
 * The body of a streaming Chat Completions request. What siblings share stands first and what changes from turn to
 * turn last, in the same order each time, so that a server can reuse the prefix.
 */
export function chatBody(request: ModelRequest, target: ChatTarget): Record<string, unknown> {
  const body: ChatCompletionCreateParamsStreaming = {
    model: target.model,
    stream: true,
    stream_options: { include_usage: true },
    ...(target.reasoningEffort === null ? {} : { reasoning_effort: target.reasoningEffort as Effort }),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(wireTool) }),
    messages: request.messages.map(wireMessage),
  };
  return {
    ...body,
    ...(target.outputLimit === null ? {} : { [target.outputLimitField]: target.outputLimit }),
  };
}

/** Servers have levels of their own; config.yaml is taken at its word. */
type Effort = NonNullable<ChatCompletionCreateParamsStreaming["reasoning_effort"]>;

function wireTool(tool: ToolSchema): ChatCompletionTool {
  const { name, description, parameters } = tool;
  return { type: "function", function: { name, description, parameters } };
}

function wireMessage(message: Message): ChatCompletionMessageParam {
  if (message.role === "assistant") return wireAssistant(message);
  if (message.role === "tool") {
    return { role: "tool", tool_call_id: message.callId, content: message.content };
  }
  return { role: message.role, content: message.content };
}

function wireAssistant(message: AssistantMessage): ChatCompletionMessageParam {
  if (message.toolCalls.length === 0) return { role: "assistant", content: message.content };
  return {
    role: "assistant",
    content: message.content === "" ? null : message.content,
    tool_calls: message.toolCalls.map(wireCall),
  };
}

function wireCall(call: ToolCall): ChatCompletionMessageFunctionToolCall {
  return {
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: wireArguments(call.arguments) },
  };
}

/** Many servers parse the arguments of old calls and refuse the whole request over one that is no JSON object. */
export function wireArguments(text: string): string {
  return isJsonObject(text) ? text : JSON.stringify({ not_json: text });
}

/** Whether the text is one complete JSON object. */
export function isJsonObject(text: string): boolean {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return false;
  try {
    JSON.parse(trimmed);
    return true;
  } catch {
    return false;
  }
}
