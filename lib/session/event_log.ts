import type { EventBody, JournalEvent, LossyBody, SessionEvent } from "../protocol/events.ts";
import type { Clock } from "../support/clock.ts";
import type { Redactor } from "../support/redact.ts";

/** A reader of the stream; it may neither throw nor emit. */
export type EventReader = (event: SessionEvent) => void;

/** How a stream goes on and where it is kept. */
export interface EventLogOptions {
  /** The number of the last event of an earlier run. */
  readonly lastSeq?: number;
  /** Takes secrets out of every event. */
  readonly redactor?: Redactor;
  /** Told of each journalled event before every reader is. */
  readonly keep?: (event: JournalEvent) => void;
  /** The journalled events of earlier runs after number `since`, oldest first. */
  readonly earlier?: (since: number) => Iterable<JournalEvent>;
}

/** The one event stream of a session: numbered, kept, and told to every reader in the same order. */
export class EventLog {
  readonly #sessionId: string;
  readonly #clock: Clock;
  readonly #journal: JournalEvent[] = [];
  readonly #readers = new Set<EventReader>();
  readonly #options: EventLogOptions;
  readonly #lastSeq: number;

  constructor(sessionId: string, clock: Clock, options: EventLogOptions = {}) {
    this.#sessionId = sessionId;
    this.#clock = clock;
    this.#options = options;
    this.#lastSeq = options.lastSeq ?? 0;
  }

  /** Adds an event and tells every reader. `taskId` is absent for what the session's own agent does. */
  emit(body: EventBody | LossyBody, taskId?: string): void {
    const event = this.#place(this.#options.redactor?.value(body) ?? body, taskId);
    for (const reader of [...this.#readers]) reader(event);
  }

  /**
   * Tells `reader` of the journalled events after number `since`, without it of all those of this run, then of everything
   * as it happens.
   */
  subscribe(reader: EventReader, since = this.#lastSeq): Disposable {
    if (since < this.#lastSeq) {
      for (const event of this.#options.earlier?.(since) ?? []) if (event.seq <= this.#lastSeq) reader(event);
    }
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
    const seq = this.#lastSeq + this.#journal.length;
    if (body.type === "text.delta" || body.type === "task.progress") {
      return { after_seq: seq, ...place, ...body };
    }
    const event: JournalEvent = { seq: seq + 1, ...place, ...body };
    this.#journal.push(event);
    this.#options.keep?.(event);
    return event;
  }
}
