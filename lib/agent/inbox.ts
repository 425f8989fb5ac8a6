import type { ClosingOffer, ClosingReply } from "../protocol/worker_messages.ts";

/** Where an agent hears from outside: between its turns, and when it would end. */
export interface Inbox {
  /** The user messages to be put before the request of this turn. */
  pull(turn: number, signal: AbortSignal): Promise<readonly string[]>;
  /** Tells that all that was pulled and all results of the last turn now stand in the conversation. */
  stored(): void;
  /** Offers the last word; refused, the agent goes on with what the reply says. */
  close(offer: ClosingOffer, signal: AbortSignal): Promise<ClosingReply>;
}
