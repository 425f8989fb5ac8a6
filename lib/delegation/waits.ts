import type { Interruption } from "../protocol/task_view.ts";
import type { OwnerId } from "../store/delivery.ts";
import type { Clock } from "../support/clock.ts";

/** How a wait ended. */
export type WaitEnd = "ready" | "timed_out" | Interruption;

/** What is waited for, by whom, and for how long. */
export interface Wait {
  readonly owner: OwnerId;
  /** Looked at once now and after every change; null: not yet. */
  readonly look: () => WaitEnd | null;
  /** Null: no limit. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly wait: Wait;
  readonly end: (end: WaitEnd) => void;
}

/** Everybody who waits for tasks. Nobody polls: each looks again when something changed. */
export class Waits {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  readonly #unread = new Set<OwnerId>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this agent waits at the moment. */
  isWaiting(owner: OwnerId): boolean {
    return [...this.#waiters].some((waiter) => waiter.wait.owner === owner);
  }

  /** A task changed: everybody looks again. */
  changed(): void {
    for (const waiter of [...this.#waiters]) {
      const end = waiter.wait.look();
      if (end !== null) waiter.end(end);
    }
  }

  /** Somebody said something to this agent: its waits end early, until it has read it also those that it begins. */
  messageCame(owner: OwnerId): void {
    this.#unread.add(owner);
    this.interrupt(owner, "user_message");
  }

  /** This agent has read all that was said to it. */
  messagesRead(owner: OwnerId): void {
    this.#unread.delete(owner);
  }

  /** Whether something was said to this agent that it has not read. */
  hasUnread(owner: OwnerId): boolean {
    return this.#unread.has(owner);
  }

  /** Ends the waits of this agent early. */
  interrupt(owner: OwnerId, why: Interruption): void {
    for (const waiter of [...this.#waiters]) if (waiter.wait.owner === owner) waiter.end(why);
  }

  /** Resolves with how the wait ended; rejects with the signal's reason. */
  async until(wait: Wait): Promise<WaitEnd> {
    wait.signal.throwIfAborted();
    const now = wait.look();
    if (now !== null) return now;
    if (wait.timeoutMs === 0) return "timed_out";
    const { promise, resolve, reject } = Promise.withResolvers<WaitEnd>();
    const waiter: Waiter = { wait, end: resolve };
    const onAbort = () => reject(wait.signal.reason);
    wait.signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.add(waiter);
    using _timer = wait.timeoutMs === null
      ? null
      : this.#clock.after(wait.timeoutMs, () => resolve("timed_out"));
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      wait.signal.removeEventListener("abort", onAbort);
    }
  }
}
