import { Buffer } from "node:buffer";

/** One message of a request; a list of parts is joined to one text. */
export interface WireMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly calls: readonly { readonly id: string; readonly name: string }[];
  /** Of a tool message: the call that it answers. */
  readonly callId: string | null;
}

/** What of a Chat Completions request the offline model looks at. */
export interface OfflineRequest {
  readonly messages: readonly WireMessage[];
  /** The names of the tools that may be called. */
  readonly tools: ReadonlySet<string>;
  readonly isStream: boolean;
  readonly wantsUsage: boolean;
  /** Size of the body as it came. */
  readonly bytes: number;
}

/** A request that is not the protocol; its message says what is wrong. */
export class MalformedRequest extends Error {
  override readonly name = "MalformedRequest";
}

/** Reads the body of a request. Throws {@linkcode MalformedRequest}. */
export function readRequest(body: string): OfflineRequest {
  const { messages, tools, tool_choice, stream, stream_options } = parse(body);
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new MalformedRequest("Cannot answer: messages must be a list that is not empty");
  }
  if (tools !== undefined && tools !== null && !Array.isArray(tools)) {
    throw new MalformedRequest("Cannot answer: tools must be a list");
  }
  const offered = tool_choice === "none" ? [] : tools ?? [];
  return {
    messages: messages.map(readMessage),
    tools: new Set(offered.map((tool) => textAt(objectOf(objectOf(tool)["function"]), "name"))),
    isStream: stream === true,
    wantsUsage: objectOf(stream_options)["include_usage"] === true,
    bytes: Buffer.byteLength(body),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(body: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new MalformedRequest("Cannot answer: the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedRequest("Cannot answer: the body is not a JSON object");
  }
  return { ...value };
}

const ROLES: Readonly<Record<string, WireMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};

function readMessage(value: unknown, index: number): WireMessage {
  const message = objectOf(value);
  const role = ROLES[textAt(message, "role")];
  if (role === undefined) {
    throw new MalformedRequest(
      `Cannot answer: messages[${index}] has no role of ${Object.keys(ROLES).join(", ")}`,
    );
  }
  const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"].map(objectOf) : [];
  return {
    role,
    content: contentOf(message["content"]),
    calls: calls.map((call) => ({
      id: textAt(call, "id"),
      name: textAt(objectOf(call["function"]), "name"),
    })),
    callId: role === "tool" ? textAt(message, "tool_call_id") : null,
  };
}

function contentOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part) => textAt(objectOf(part), "text")).join("") : "";
}

function objectOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textAt(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}
