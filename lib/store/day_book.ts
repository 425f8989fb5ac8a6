import type { Clock } from "../support/clock.ts";
import { isProcessAlive } from "../support/process_mark.ts";
import type { Database } from "./database.ts";
import { DayBell } from "./day_bell.ts";
import { dayOf } from "./utc_day.ts";
import type { Amounts, SharedBook, SpendBook } from "./spend_book.ts";
import { hostRows } from "./stored_hosts.ts";

/** Whose book it is. */
export interface DayBookOptions {
  readonly database: Database;
  /** Entered among the hosts: what a host held that died counts as spent. */
  readonly hostId: string;
  /** The state directory. */
  readonly home: string;
  readonly clock: Clock;
}

interface Settlement {
  readonly holdId: number;
  readonly spent: Amounts;
}

const NOTHING: Amounts = { usd: 0, tokens: 0, requests: 0 };

/**
 * What all sessions of a state directory spend on a day in UTC. A request counts on the day on which it was
 * reserved. What cannot be settled stays held, and is tried again with the next request.
 */
export class DayBook implements SpendBook, AsyncDisposable {
  readonly shared: SharedBook = {
    atomically: (run) => this.#atomically(run),
    watch: (onFreed) => this.#bell.listen(() => this.#settleDead(), onFreed),
  };
  readonly #options: DayBookOptions;
  readonly #bell: DayBell;
  readonly #holds = new Map<Amounts, number>();
  #unsettled: Settlement[] = [];
  /** The sums while a transaction looks at them, which nobody else can change. */
  #seen: { readonly day: string; readonly settled: Amounts; readonly held: Amounts } | null = null;

  constructor(options: DayBookOptions) {
    this.#options = options;
    this.#bell = new DayBell(options.home, options.clock);
  }

  /** Nothing while the database cannot be read: then no request is let out either. */
  get settled(): Amounts {
    return this.#seen?.settled ?? orNothing(() => this.#sum("day_spend"));
  }

  /** As {@linkcode settled}. */
  get held(): Amounts {
    return this.#seen?.held ?? orNothing(() => this.#sum("day_holds"));
  }

  hold(amounts: Amounts): void {
    const { database, hostId, clock } = this.#options;
    const row = database.get<{ id: number }>(
      "INSERT INTO day_holds (day, host_id, usd, tokens, requests) VALUES (?, ?, ?, ?, ?) RETURNING id",
      this.#seen?.day ?? dayOf(clock.now()), // the day on whose sums it was let out
      hostId,
      amounts.usd,
      amounts.tokens,
      amounts.requests,
    );
    if (row !== undefined) this.#holds.set(amounts, row.id);
  }

  settle(held: Amounts, spent: Amounts): void {
    const holdId = this.#holds.get(held);
    if (holdId === undefined) return;
    this.#holds.delete(held);
    this.#unsettled.push({ holdId, spent });
    try {
      this.#options.database.transaction(() => this.#settleAll());
      this.#rang();
    } catch {
      // It stays in #unsettled and held; the next request is refused if it is still so.
    }
  }

  /** Resolves when those who wait for what was settled have been told. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bell.idle();
  }

  #atomically<Result>(run: () => Result): Result {
    const { database } = this.#options;
    const hadUnsettled = this.#unsettled.length > 0;
    try {
      const result = database.transaction(() => {
        this.#settleAll();
        const day = dayOf(this.#options.clock.now());
        this.#seen = { day, settled: this.#sum("day_spend", day), held: this.#sum("day_holds", day) };
        return run();
      });
      if (hadUnsettled) this.#rang();
      return result;
    } finally {
      this.#seen = null;
    }
  }

  #rang(): void {
    this.#unsettled = [];
    this.#bell.ring();
  }

  #settleAll(): void {
    const { database } = this.#options;
    for (const { holdId, spent } of this.#unsettled) {
      const row = database.get<{ day: string }>("DELETE FROM day_holds WHERE id = ? RETURNING day", holdId);
      if (row !== undefined) add(database, row.day, spent); // else it was taken for dead and counts in full
    }
  }

  /** Counts what dead hosts held as spent, for nobody knows what of it was. */
  #settleDead(): void {
    const { database, hostId: self } = this.#options;
    database.transaction(() => {
      const living = hostRows(database).filter(({ pid, startMark }) => isProcessAlive(pid, startMark));
      const alive = new Set([self, ...living.map(({ hostId }) => hostId)]);
      const holds = database.all<Amounts & { id: number; day: string; host_id: string }>(
        "SELECT * FROM day_holds",
      );
      for (const { id, day, host_id, ...held } of holds) {
        if (alive.has(host_id)) continue;
        database.run("DELETE FROM day_holds WHERE id = ?", id);
        add(database, day, held);
      }
    });
  }

  #sum(table: "day_spend" | "day_holds", day = dayOf(this.#options.clock.now())): Amounts {
    const { database } = this.#options;
    const sql =
      `SELECT total(usd) AS usd, total(tokens) AS tokens, total(requests) AS requests FROM ${table} WHERE day = ?`;
    return { ...NOTHING, ...database.get<Amounts>(sql, day) };
  }
}

function add(database: Database, day: string, { usd, tokens, requests }: Amounts): void {
  database.run(
    `INSERT INTO day_spend (day, usd, tokens, requests) VALUES (?, ?, ?, ?)
     ON CONFLICT (day) DO UPDATE SET
       usd = usd + excluded.usd, tokens = tokens + excluded.tokens, requests = requests + excluded.requests`,
    day,
    usd,
    tokens,
    requests,
  );
}

function orNothing(read: () => Amounts): Amounts {
  try {
    return read();
  } catch {
    return NOTHING;
  }
}
