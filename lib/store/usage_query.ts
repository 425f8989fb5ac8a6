import type { Database } from "./database.ts";
import type { OwnerId } from "./delivery.ts";
import type { UsageGroup } from "./usage.ts";

/** Which requests are counted; all that is given must hold. */
export interface UsageQuery {
  readonly sessionId?: string;
  /** In milliseconds since the epoch. */
  readonly since?: number;
}

/** The requests of one agent on one day to one model with one key. */
export interface StoredUsage extends UsageGroup {
  readonly sessionId: string;
  /** Null: the session's own agent. */
  readonly taskId: OwnerId;
  /** The day in UTC, as `2026-02-28`. */
  readonly day: string;
}

interface Columns {
  readonly provider: string;
  readonly model: string;
  readonly key: string | null;
  readonly session_id: string;
  readonly task_id: string | null;
  readonly day: string;
  readonly requests: number;
  readonly estimates: number;
  readonly unpriced: number;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
  readonly usd: number | null;
}

/** Adds up the requests that are stored and not under way, in the order in which each group began. */
export function storedUsage(
  database: Database,
  { sessionId, since = 0 }: UsageQuery,
): readonly StoredUsage[] {
  const rows = database.all<Columns>(
    `SELECT provider, model, key, session_id, task_id, date(at / 1000, 'unixepoch') AS day,
       count(*) AS requests, sum(is_estimate) AS estimates, sum(usd IS NULL AND input + output > 0) AS unpriced,
       sum(input) AS input, sum(cached) AS cached, sum(output) AS output, sum(reasoning) AS reasoning, sum(usd) AS usd
     FROM requests
     WHERE (host_id IS NULL OR host_id NOT IN (SELECT host_id FROM hosts)) AND at >= ?1 AND (?2 IS NULL OR session_id = ?2)
     GROUP BY provider, model, key, session_id, task_id, day ORDER BY min(id)`,
    since,
    sessionId ?? null,
  );
  return rows.map(({ session_id, task_id, input, cached, output, reasoning, ...rest }) => ({
    ...rest,
    sessionId: session_id,
    taskId: task_id,
    usage: { input, cached, output, reasoning },
  }));
}

/** What all sessions together spent on a day in UTC and hold of it, in US dollars, as far as it has a cap. */
export function daySpending(
  database: Database,
  day: string,
): { readonly settled: number; readonly held: number } {
  const sum = (table: string) =>
    database.get<{ usd: number }>(`SELECT total(usd) AS usd FROM ${table} WHERE day = ?`, day)?.usd ?? 0;
  return { settled: sum("day_spend"), held: sum("day_holds") };
}
