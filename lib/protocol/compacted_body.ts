import type { CompactedEvent } from "./agent_events.ts";
import type { EventBody } from "./events.ts";

/** How the event stream tells that a conversation was made shorter. */
export function compactedBody(event: CompactedEvent): Extract<EventBody, { type: "context.compacted" }> {
  const { why, tokensBefore: tokens_before, tokensAfter: tokens_after, dropped, summarised } = event;
  return { type: "context.compacted", why, tokens_before, tokens_after, dropped, summarised };
}
