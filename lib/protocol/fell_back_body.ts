import type { AgentEvent } from "./agent_events.ts";
import type { EventBody } from "./events.ts";

/** A fallback as the event stream tells of it. */
export function fellBackBody(
  { from, to, error }: Extract<AgentEvent, { type: "fell_back" }>,
): Extract<EventBody, { type: "model.fell_back" }> {
  return { type: "model.fell_back", from, to, reason: error.message };
}
