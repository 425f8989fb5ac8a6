import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { ClosingOffer, ClosingReply } from "../protocol/worker_messages.ts";

/** Where an agent hears from outside: between its turns, and when it would end. */
export interface Inbox {
  /** The user messages to be put before the request of this turn. */
  pull(turn: number, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Hands over what changed in the conversation since the last time, perhaps nothing, and tells that all that was pulled
   * and all results of the turns so far now stand in it. What is asked for later is not meant, whenever this arrives.
   */
  stored(update: ConversationUpdate): void;
  /** Offers the last word; refused, the agent goes on with what the reply says. */
  close(offer: ClosingOffer, signal: AbortSignal): Promise<ClosingReply>;
}
