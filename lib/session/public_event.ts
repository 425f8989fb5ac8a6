import type { AgentEvent } from "../protocol/agent_events.ts";
import { compactedBody } from "../protocol/compacted_body.ts";
import { fellBackBody } from "../protocol/fell_back_body.ts";
import type { EventBody, LossyBody } from "../protocol/events.ts";

/** What of a loop's events the stream carries for the session's own agent; null: nothing. */
export function publicEvent(event: AgentEvent): EventBody | LossyBody | null {
  switch (event.type) {
    case "turn_started":
      return { type: "turn.started", turn: event.turn };
    case "turn_ended":
      return {
        type: "turn.ended",
        turn: event.turn,
        tokens: event.usage,
        ...event.by && { model: event.by.model, provider: event.by.provider },
      };
    case "text":
      return { type: "text.delta", delta: event.delta };
    case "tool_started":
      return { type: "tool.started", call_id: event.callId, name: event.name, about: event.about };
    case "tool_ended":
      return {
        type: "tool.ended",
        call_id: event.callId,
        name: event.name,
        duration_ms: event.durationMs,
        error_code: event.errorCode,
      };
    case "compacted":
      return compactedBody(event);
    case "fell_back":
      return fellBackBody(event);
    case "retry":
      return { type: "error", error: event.error };
    case "reply_ended":
    case "reasoning":
      return null;
    default:
      return event satisfies never;
  }
}
