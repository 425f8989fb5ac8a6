import type { ConversationUpdate, Message } from "../protocol/conversation.ts";
import { MARKER } from "../support/redact.ts";

/**
 * The update without what a secret was taken out of in the part that servers get back: they would refuse a signature
 * over other words.
 */
export function withWholeCarried(update: ConversationUpdate): ConversationUpdate {
  return update.messages.some(isBroken) ? { ...update, messages: update.messages.map(whole) } : update;
}

function whole(message: Message): Message {
  if (message.role !== "assistant" || !isBroken(message)) return message;
  const { carried: _, ...rest } = message;
  return rest;
}

function isBroken(message: Message): boolean {
  return message.role === "assistant" && message.carried !== undefined &&
    JSON.stringify(message.carried.items).includes(MARKER);
}
