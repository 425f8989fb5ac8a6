import type { EventBody, JournalEvent, LossyBody, SessionEvent } from "../protocol/events.ts";
import type { Clock } from "../support/clock.ts";

/** A reader of the stream; it may neither throw nor emit. */
export type EventReader = (event: SessionEvent) => void;

/** The one event stream of a session: numbered, kept, and told to every reader in the same order. */
export class EventLog {
  readonly #sessionId: string;
  readonly #clock: Clock;
  readonly #journal: JournalEvent[] = [];
  readonly #readers = new Set<EventReader>();

  constructor(sessionId: string, clock: Clock) {
    this.#sessionId = sessionId;
    this.#clock = clock;
  }

  /** Adds an event and tells every reader. `taskId` is absent for what the session's own agent does. */
  emit(body: EventBody | LossyBody, taskId?: string): void {
    const event = this.#place(body, taskId);
    for (const reader of [...this.#readers]) reader(event);
  }

  /** Tells `reader` of the journalled events after number `since`, then of everything as it happens. */
  subscribe(reader: EventReader, since = 0): Disposable {
    for (const event of this.#journal) if (event.seq > since) reader(event);
    this.#readers.add(reader);
    return { [Symbol.dispose]: () => void this.#readers.delete(reader) };
  }

  #place(body: EventBody | LossyBody, taskId: string | undefined): SessionEvent {
    const place = {
      at: new Date(this.#clock.now()).toISOString(),
      session_id: this.#sessionId,
      ...(taskId === undefined ? {} : { task_id: taskId }),
    };
    const seq = this.#journal.length;
    if (body.type === "text.delta" || body.type === "task.progress") {
      return { after_seq: seq, ...place, ...body };
    }
    const event: JournalEvent = { seq: seq + 1, ...place, ...body };
    this.#journal.push(event);
    return event;
  }
}
