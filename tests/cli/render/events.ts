import type { EventBody, LossyBody, SessionEvent } from "../../../lib/protocol/events.ts";

/** An event of the stream; `taskId` undefined: of the session itself. */
export function event(body: EventBody, taskId?: string): SessionEvent {
  const place = { seq: 1, at: "2026-01-01T00:00:00Z", session_id: "s00000" };
  return { ...body, ...place, ...(taskId === undefined ? {} : { task_id: taskId }) };
}

/** An event that may be dropped on its way. */
export function lossy(body: LossyBody, taskId: string): SessionEvent {
  return { ...body, after_seq: 1, at: "2026-01-01T00:00:00Z", session_id: "s00000", task_id: taskId };
}
