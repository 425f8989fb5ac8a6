import type { Api } from "./dialect.ts";

/** One message of a conversation, independent of any provider's wire. */
export type Message =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string }
  | AssistantMessage
  | ToolMessage;

/** What the model said and the calls it asked for, in its order. */
export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string;
  readonly toolCalls: readonly ToolCall[];
  readonly reasoning?: string;
  readonly carried?: Carried;
}

/**
 * What a server wants back with the message that it made, such as encrypted reasoning: data of its wire that nobody else
 * reads, and that goes to that model of that provider with that key only.
 */
export interface Carried {
  readonly provider: string;
  readonly model: string;
  /** The fingerprint of the key that the message was made with. */
  readonly account: string;
  readonly api: Api;
  readonly items: readonly unknown[];
}

/** The answer to one call; every call of an assistant message gets exactly one. */
export interface ToolMessage {
  readonly role: "tool";
  readonly callId: string;
  readonly content: string;
}

/** How a stored conversation becomes the present one: cut to its first `from` messages, then `messages` after them. */
export interface ConversationUpdate {
  readonly from: number;
  readonly messages: readonly Message[];
}

/** A call as the model wrote it; `arguments` is the raw JSON text, perhaps not JSON at all. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A tool as the model is told of it; `parameters` is a JSON Schema object. */
export interface ToolSchema {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Tokens of one or more requests; `cached` and `written` are parts of `input`, `reasoning` a part of `output`. */
export interface TokenUsage {
  readonly input: number;
  /** Read from the provider's cache. */
  readonly cached: number;
  /** Written into the provider's cache; absent: none. */
  readonly written?: number;
  readonly output: number;
  readonly reasoning: number;
}

/** No tokens at all. */
export const NO_USAGE: TokenUsage = { input: 0, cached: 0, output: 0, reasoning: 0 };

/** The sum of two usages. */
export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  const written = (a.written ?? 0) + (b.written ?? 0);
  return {
    input: a.input + b.input,
    cached: a.cached + b.cached,
    ...(written === 0 ? {} : { written }),
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  };
}
