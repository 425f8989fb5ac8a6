import { Buffer } from "node:buffer";
import type { Message, ToolSchema } from "../protocol/conversation.ts";
import { type ContextCare, roomOf } from "./context_care.ts";
import type { Conversation } from "./conversation.ts";

/** Above this part of its room a conversation is compacted. */
const FULL = 0.8;
/** Bytes of what is sent to a token of it, guessed low so that the tokens are guessed high. */
const BYTES_PER_TOKEN = 3;

/** UTF-8 bytes of values as they are sent. */
export function bytesOf(values: readonly (Message | ToolSchema)[]): number {
  return values.reduce((sum, value) => sum + Buffer.byteLength(JSON.stringify(value)), 0);
}

/** About how many tokens the next request has: those last reported, and a guess for all that came since. */
export function estimateTokens({ messages, reported }: Conversation, schemas: readonly ToolSchema[]): number {
  if (reported === null) return Math.ceil((bytesOf(messages) + bytesOf(schemas)) / BYTES_PER_TOKEN);
  return Math.ceil(reported.tokens + bytesOf(messages.slice(reported.upTo)) / BYTES_PER_TOKEN);
}

/** Whether a conversation is to be compacted before its next request. */
export function isFull(
  { conversation, schemas, context }: {
    readonly conversation: Conversation;
    readonly schemas: readonly ToolSchema[];
    readonly context: ContextCare;
  },
): boolean {
  const room = roomOf(context);
  return room !== null && estimateTokens(conversation, schemas) > FULL * room;
}
