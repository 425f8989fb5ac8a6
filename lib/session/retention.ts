import { choreTakenAt, giveBackChore, takeChore } from "../store/chores.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../support/clock.ts";
import { removeInSteps } from "./remove_session.ts";
import { sweepFiles } from "./sweep_files.ts";

/** Where retention works, and for how long what is kept of a session stays. */
export interface RetentionOptions {
  readonly store: Store;
  /** The state directory. */
  readonly home: string;
  readonly clock: Clock;
  /** After the last sign of life of a session. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
/** By then a session is well under way. */
const FIRST_LOOK_MS = 2_000;
/** Between one step and the next, each of which keeps the only thread for some milliseconds. */
const PAUSE_MS = 50;
const CHORE = "retention";

/**
 * Once a day, whichever process is there: removes the sessions that are old enough and that nobody needs any more, one
 * in each step, and the files that belong to none. It begins when the session it runs in is well under way; what is
 * left when that ends, the next one goes on with.
 */
export class Retention implements Disposable {
  readonly #options: RetentionOptions;
  #timer: Disposable | null = null;
  /** What is left of today's; null: it is not this process's, or done. */
  #steps: Iterator<unknown> | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#after(FIRST_LOOK_MS, () => this.#begin());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#steps !== null) orNot(() => giveBackChore(this.#options.store.database, CHORE));
    this.#steps = null;
  }

  #begin(): void {
    const { store: { database }, clock, days } = this.#options;
    const now = clock.now();
    if (orNot(() => takeChore(database, CHORE, { now, everyMs: DAY_MS })) === true) {
      this.#steps = steps(this.#options, now - days * DAY_MS);
      this.#goOn();
    } else {
      this.#again();
    }
  }

  /** What goes wrong ends today's: whoever needs the store says what is wrong with it. */
  #goOn(): void {
    const isDone = orNot(() => this.#steps?.next().done === true) ?? true;
    if (!isDone) return this.#after(PAUSE_MS, () => this.#goOn());
    this.#steps = null;
    this.#again();
  }

  #again(): void {
    const { store: { database }, clock } = this.#options;
    const takenAt = orNot(() => choreTakenAt(database, CHORE)) ?? clock.now();
    const dueInMs = Math.min(Math.max(0, takenAt + DAY_MS - clock.now()), DAY_MS);
    this.#after(dueInMs + FIRST_LOOK_MS, () => this.#begin());
  }

  #after(ms: number, act: () => void): void {
    this.#timer = this.#options.clock.after(ms, act);
  }
}

/** When retention was last done here, or begun; null: never. Milliseconds since the epoch. */
export function lastRetention({ database }: Store): number | null {
  return choreTakenAt(database, CHORE);
}

function* steps({ store, home }: RetentionOptions, before: number): Generator<void> {
  for (const sessionId of store.sessionsBefore(before)) yield* removeInSteps(store, sessionId, before);
  yield* sweepFiles(store, home, before);
}

function orNot<Result>(act: () => Result): Result | null {
  try {
    return act();
  } catch {
    return null; // nobody waits for it
  }
}
