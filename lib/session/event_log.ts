import type { EventBody, JournalEvent, LossyBody, SessionEvent } from "../protocol/events.ts";
import type { Clock } from "../support/clock.ts";
import type { Redactor } from "../support/redact.ts";

/** A reader of the stream; it may neither throw nor emit. */
export type EventReader = (event: SessionEvent) => void;

/** How a stream goes on and where it is kept. */
export interface EventLogOptions {
  /** The number of the last event of an earlier run. */
  readonly lastSeq?: number;
  /** Takes secrets out of every event but `text.delta`, whose pieces come without. */
  readonly redactor?: Redactor;
  /** Told of each journalled event before every reader is. */
  readonly keep?: (event: JournalEvent) => void;
  /** What was kept after number `since`, oldest first; without it all events stay in memory. */
  readonly earlier?: (since: number) => Iterable<JournalEvent>;
  /** How many of the last events stay in memory; of a run that is long ones that came before are read back. */
  readonly inMemory?: number;
}

const IN_MEMORY = 2_000;

/** The one event stream of a session: numbered, kept, and told to every reader in the same order. */
export class EventLog {
  readonly #sessionId: string;
  readonly #clock: Clock;
  readonly #journal: JournalEvent[] = [];
  readonly #readers = new Set<EventReader>();
  readonly #options: EventLogOptions;
  /** The number of the last event of an earlier run. */
  readonly #begunAt: number;
  /** The number of the last event that is not in memory. */
  #forgotten: number;

  constructor(sessionId: string, clock: Clock, options: EventLogOptions = {}) {
    this.#sessionId = sessionId;
    this.#clock = clock;
    this.#options = options;
    this.#begunAt = this.#forgotten = options.lastSeq ?? 0;
  }

  /** Adds an event and tells every reader. `taskId` is absent for what the session's own agent does. */
  emit(body: EventBody | LossyBody, taskId?: string): void {
    const { redactor } = this.#options;
    // A piece of what is said was searched with what stands around it.
    const clean = body.type === "text.delta" || redactor === undefined ? body : redactor.value(body);
    const event = this.#place(clean, taskId);
    for (const reader of [...this.#readers]) reader(event);
  }

  /** A lossy event as it stands now, which nobody is told of. */
  placed(body: LossyBody, taskId: string): SessionEvent {
    return this.#place(body, taskId);
  }

  /**
   * Tells `reader` of the journalled events after number `since`, without it of all those of this run, then of everything
   * as it happens.
   */
  subscribe(reader: EventReader, since = this.#begunAt): Disposable {
    const forgotten = this.#forgotten;
    if (since < forgotten) {
      for (const event of this.#options.earlier?.(since) ?? []) if (event.seq <= forgotten) reader(event);
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
    const seq = this.#forgotten + this.#journal.length;
    if (body.type === "text.delta" || body.type === "task.progress") {
      return { after_seq: seq, ...place, ...body };
    }
    const event: JournalEvent = { seq: seq + 1, ...place, ...body };
    this.#journal.push(event);
    this.#options.keep?.(event);
    this.#forget();
    return event;
  }

  /** A host may live for days: half of a full memory is left to what keeps the events. */
  #forget(): void {
    const { earlier, inMemory = IN_MEMORY } = this.#options;
    if (earlier === undefined || this.#journal.length < 2 * inMemory) return;
    this.#forgotten += this.#journal.splice(0, inMemory).length;
  }
}
