import type { SteerReceipt } from "../protocol/task_view.ts";

/** When a steer is delivered: before the next request, or when the child would finish. */
export type SteerMode = "next" | "now" | "after";

interface Steer {
  readonly id: string;
  readonly message: string;
  readonly mode: SteerMode;
  deliveredAtTurn: number | null;
  missed: boolean;
}

/** One steer as plain data. */
export type SteerSnapshot = Readonly<Steer>;

/** The steers of one task in the order of their acceptance, with their receipts. */
export class SteerBox {
  readonly #steers: Steer[] = [];

  /** For {@linkcode SteerBox.restore}. */
  get snapshot(): readonly SteerSnapshot[] {
    return this.#steers.map((steer) => ({ ...steer }));
  }

  /** Takes over the steers of an earlier run of the task. */
  restore(steers: readonly SteerSnapshot[]): void {
    this.#steers.splice(0, Infinity, ...steers.map((steer) => ({ ...steer })));
  }

  /** Accepts a steer and returns its id, unique within the task. */
  accept(message: string, mode: SteerMode): string {
    const id = `steer_${this.#steers.length + 1}`;
    this.#steers.push({ id, message, mode, deliveredAtTurn: null, missed: false });
    return id;
  }

  /** Takes what is due before a request of `turn`, or with `closing` also what waits for the end. */
  take(turn: number, options: { readonly closing: boolean }): readonly { id: string; message: string }[] {
    const due = this.#pending().filter((steer) => options.closing || steer.mode !== "after");
    for (const steer of due) steer.deliveredAtTurn = turn;
    return due;
  }

  /** Marks a message as heard by another way, as the answer to a question is. */
  deliver(id: string, turn: number): void {
    const steer = this.#pending().find((pending) => pending.id === id);
    if (steer !== undefined) steer.deliveredAtTurn = turn;
  }

  /** Marks all that was not delivered as missed, for good. */
  close(): void {
    for (const steer of this.#pending()) steer.missed = true;
  }

  /** Whether a message waits that is due before the next request. */
  get isWaiting(): boolean {
    return this.#pending().some((steer) => steer.mode !== "after");
  }

  get receipts(): readonly SteerReceipt[] {
    return this.#steers.map((steer) => ({
      steer_id: steer.id,
      state: steer.missed ? "missed" : steer.deliveredAtTurn === null ? "queued" : "delivered",
      ...(steer.deliveredAtTurn === null ? {} : { delivered_at_turn: steer.deliveredAtTurn }),
    }));
  }

  /** The messages the child never saw. */
  get missed(): readonly string[] {
    return this.#steers.filter((steer) => steer.missed).map((steer) => steer.message);
  }

  #pending(): Steer[] {
    return this.#steers.filter((steer) => steer.deliveredAtTurn === null && !steer.missed);
  }
}
