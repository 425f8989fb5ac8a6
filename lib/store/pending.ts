import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { JournalEvent } from "../protocol/events.ts";
import type { DeliveryWay, OwnerId } from "./delivery.ts";
import type { EndedRequest } from "./request_rows.ts";
import type { Allowance, TaskRow } from "./store.ts";

/** From then on the oldest waiting events keep their place in the journal only, but for the life of tasks. */
const FULL_EVENTS = 10_000;

const ALWAYS_FULL: ReadonlySet<JournalEvent["type"]> = new Set([
  "task.queued",
  "task.ended",
  "task.delivered",
]);

/** What a session has to write. The order within it does not matter, because it is written in one transaction. */
export class Pending {
  readonly events: JournalEvent[] = [];
  readonly requests: EndedRequest[] = [];
  readonly tasks = new Map<string, () => TaskRow>();
  readonly conversations = new Map<OwnerId, ConversationUpdate>();
  readonly deliveries = new Map<string, { readonly way: DeliveryWay; readonly at: number }>();
  title: string | null = null;
  caps: Allowance["caps"] | null = null;

  get isEmpty(): boolean {
    const counts = [this.tasks.size, this.conversations.size, this.deliveries.size];
    return this.title === null && this.caps === null && this.events.length + this.requests.length === 0 &&
      counts.every((n) => n === 0);
  }

  /** Adds an event; of very many that wait for a disk the oldest are thinned, so that memory stays bounded. */
  addEvent(event: JournalEvent): void {
    this.events.push(event);
    const oldest = this.events.length - 1 - FULL_EVENTS;
    const old = this.events[oldest];
    if (old !== undefined && !ALWAYS_FULL.has(old.type)) this.events[oldest] = thinned(old);
  }

  /** Puts an update after those of the same agent that wait. */
  addConversation(agent: OwnerId, update: ConversationUpdate): void {
    const waiting = this.conversations.get(agent);
    this.conversations.set(agent, waiting === undefined ? update : joined(waiting, update));
  }

  /** Forgets all of it. */
  clear(): void {
    this.events.length = 0;
    this.requests.length = 0;
    for (const map of [this.tasks, this.conversations, this.deliveries]) map.clear();
    this.title = this.caps = null;
  }
}

function joined(first: ConversationUpdate, then: ConversationUpdate): ConversationUpdate {
  if (then.from <= first.from) return then;
  return {
    from: first.from,
    messages: [...first.messages.slice(0, then.from - first.from), ...then.messages],
  };
}

function thinned({ seq, at, session_id, task_id }: JournalEvent): JournalEvent {
  const error = { code: "not_kept", message: "Cannot keep this event: the disk took no writes for too long" };
  return { seq, at, session_id, ...(task_id === undefined ? {} : { task_id }), type: "error", error };
}
