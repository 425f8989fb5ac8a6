import { EXIT_CONFIG } from "../config/home.ts";
import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { JournalEvent } from "../protocol/events.ts";
import type { Clock } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import type { Database } from "./database.ts";
import type { OwnerId } from "./delivery.ts";
import { Pending } from "./pending.ts";
import { beginRequest, endRequest } from "./request_rows.ts";
import type { Allowance, RequestRow, SessionStore, TaskRow } from "./store.ts";
import { type DeliveryStore, StoredLedger } from "./stored_ledger.ts";
import { TaskIds } from "./task_ids.ts";
import { type TroubleReader, WriteLoop } from "./write_loop.ts";
import { lastSeq, writePending } from "./write_pending.ts";

/** What a session's writer is made of. */
export interface StoredSessionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly sessionId: string;
  readonly hostId: string;
  readonly onTrouble: TroubleReader;
}

/** Gathers what a session writes and puts it on disk. */
export class StoredSession implements SessionStore {
  readonly sessionId: string;
  readonly hostId: string;
  readonly lastSeq: number;
  readonly ledger: StoredLedger;
  readonly #options: StoredSessionOptions;
  readonly #pending = new Pending();
  readonly #loop: WriteLoop;
  readonly #ids: TaskIds;
  #isRemoved = false;
  /** Of the last write: deliveries that another process had noted before. */
  #late: readonly string[] = [];

  constructor(options: StoredSessionOptions) {
    const { database, clock, sessionId, hostId, onTrouble } = options;
    this.sessionId = sessionId;
    this.hostId = hostId;
    this.lastSeq = lastSeq(database, sessionId);
    this.#options = options;
    this.ledger = new StoredLedger(this.#deliveries(), deliveredIn(database, sessionId));
    this.#loop = new WriteLoop(clock, () => void this.#write(), onTrouble);
    this.#ids = new TaskIds(database);
  }

  newTaskId(): string {
    return this.#ids.next();
  }

  append(event: JournalEvent): void {
    this.#pending.addEvent(event);
    if (event.type === "task.ended") this.#loop.atOnce();
    else this.#loop.soon();
  }

  taskChanged(taskId: string, row: () => TaskRow): void {
    this.#pending.tasks.set(taskId, row);
    this.#loop.soon();
  }

  conversationChanged(agent: OwnerId, update: ConversationUpdate): void {
    this.#pending.addConversation(agent, update);
    this.#loop.soon();
  }

  titled(title: string): void {
    this.#pending.title ??= title;
    this.#loop.soon();
  }

  allowed(caps: Allowance["caps"]): void {
    this.#pending.caps = caps;
    this.#loop.soon();
  }

  requestBegun(estimate: RequestRow): number | null {
    return this.#orNull((database) => beginRequest(database, estimate, this));
  }

  requestEnded(request: RequestRow, begun: number | null = null): void {
    const ended = { request, begun };
    const isThere = this.#orNull((database) => {
      endRequest(database, ended, this);
      return true;
    });
    if (isThere) return;
    this.#pending.requests.push(ended);
    this.#loop.soon();
  }

  flush(): boolean {
    if (this.#isRemoved) return false;
    return this.#pending.isEmpty || this.#loop.now();
  }

  notKept(): Error | null {
    return this.flush() ? null : this.#loop.trouble;
  }

  [Symbol.dispose](): void {
    this.flush();
    this.#loop[Symbol.dispose]();
  }

  #write(): void {
    const { database, clock, sessionId, hostId } = this.#options;
    if (!this.#isRemoved && !this.#pending.isEmpty) {
      const written = writePending(database, this.#pending, { sessionId, hostId, now: clock.now() });
      this.#late = written.late;
      if (!written.isThere) this.#noteRemoved();
    }
    this.#pending.clear();
    this.#ids.refill();
  }

  /** Writes at once; null when that fails, and while it fails for the rest. */
  #orNull<Result>(write: (database: Database) => Result): Result | null {
    if (this.#loop.isFailing) return null;
    const { database } = this.#options;
    try {
      return database.transaction(() => write(database));
    } catch {
      return null; // whoever calls goes on without, or with the next batch
    }
  }

  #noteRemoved(): void {
    this.#isRemoved = true;
    const message = `Cannot keep the session "${this.sessionId}": it was removed by another process`;
    this.#options.onTrouble(new UserError(message, { exitCode: EXIT_CONFIG }));
  }

  #deliveries(): DeliveryStore {
    const { database, clock } = this.#options;
    const sql = "SELECT 1 FROM deliveries WHERE task_id = ?";
    return {
      isDelivered: (taskId) => database.get(sql, taskId) !== undefined,
      deliver: (deliveries) => {
        const at = clock.now();
        for (const { taskId, way } of deliveries) this.#pending.deliveries.set(taskId, { way, at });
        this.#late = [];
        this.#loop.atOnce();
        return this.#late;
      },
    };
  }
}

/** The tasks of a session whose results were delivered. */
function deliveredIn(database: Database, sessionId: string): string[] {
  const sql = "SELECT task_id FROM tasks JOIN deliveries USING (task_id) WHERE session_id = ?";
  return database.all<{ task_id: string }>(sql, sessionId).map((row) => row.task_id);
}
