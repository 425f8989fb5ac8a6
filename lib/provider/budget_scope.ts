import type { Amounts, SpendBook } from "../store/spend_book.ts";
import type { Caps } from "./provider.ts";
import { amountsOf, minus, NOTHING, plus, UNITS } from "./spend.ts";

/** A book that lives as long as its process. */
export class MemoryBook implements SpendBook {
  settled: Amounts;
  held = NOTHING;

  /** `used` was settled before. */
  constructor(used: Amounts = NOTHING) {
    this.settled = used;
  }

  hold(amounts: Amounts): void {
    this.held = plus(this.held, amounts);
  }

  settle(held: Amounts, spent: Amounts): void {
    this.held = minus(this.held, held);
    this.settled = plus(this.settled, spent);
  }
}

/** A cap was used to four fifths. */
export interface BudgetWarning {
  readonly scope: ScopeName;
  /** Whose task, for the scope of a task. */
  readonly taskId: string | null;
  readonly unit: typeof UNITS[number];
  readonly used: number;
  readonly limit: number;
}

/** Whose cap it is. */
export type ScopeName = "task" | "session" | "day";

const WARN_AT = 0.8;

/** A cap on all that a task, a session or a day spends, with what is kept aside for hand-overs. */
export class BudgetScope {
  readonly name: ScopeName;
  readonly taskId: string | null;
  readonly book: SpendBook;
  caps: Caps;
  aside: Amounts = NOTHING;
  /** Told of the caps once they are raised; may not throw. */
  onRaise: (caps: Caps) => void = () => {};
  #warned = new Set<string>();

  /** `taskId` null: the session's or the day's. */
  constructor(taskId: string | null, name: ScopeName, caps: Caps, book: SpendBook = new MemoryBook()) {
    this.taskId = taskId;
    this.name = name;
    this.caps = caps;
    this.book = book;
  }

  /** What is free now. */
  get left(): Amounts {
    return minus(this.leftAtBest, this.book.held);
  }

  /** What is free when the requests under way turn out to cost nothing. */
  get leftAtBest(): Amounts {
    return minus(minus(amountsOf(this.caps), this.book.settled), this.aside);
  }

  /** The caps that have come to four fifths since this was asked last. */
  takeWarnings(): readonly BudgetWarning[] {
    const { settled } = this.book;
    return UNITS.flatMap((unit) => {
      const limit = this.caps[unit];
      const used = settled[unit];
      const isNear = limit !== null && used >= WARN_AT * limit;
      if (!isNear) this.#warned.delete(unit); // a new day
      if (!isNear || this.#warned.has(unit)) return [];
      this.#warned.add(unit);
      return [{ scope: this.name, taskId: this.taskId, unit, used, limit }];
    });
  }

  /** Raises the cap in US dollars, if there is one. */
  raise(usd: number): void {
    if (this.caps.usd === null) return;
    this.caps = { ...this.caps, usd: this.caps.usd + usd };
    this.#warned.delete("usd");
    this.onRaise(this.caps);
  }
}
