import type { Database } from "./database.ts";
import type { Allowance, RequestRow } from "./store.ts";
import type { Amounts } from "./spend_book.ts";
import { NO_REQUESTS, type UsageSum } from "./usage.ts";

/** A request that has ended, and the row that was written when it left; null: none was. */
export interface EndedRequest {
  readonly request: RequestRow;
  readonly begun: number | null;
}

/** Who writes requests: what says nothing else is of this session and paid by this run of it. */
export interface RequestWriter {
  readonly sessionId: string;
  readonly hostId: string;
}

/** Notes a request that leaves, at what it counts should its host never tell how it ended. Returns the number of its row. */
export function beginRequest(database: Database, estimate: RequestRow, writer: RequestWriter): number | null {
  const row = database.get<{ id: number }>(
    `INSERT INTO requests (at, session_id, task_id, payer, provider, model, key, input, cached, output, reasoning,
       is_estimate, usd, host_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    ...whose(estimate, writer),
    ...figures({ ...estimate, isEstimate: true }),
    writer.hostId,
  );
  return row?.id ?? null;
}

/** Writes what a request came to, in the place of what was noted when it left. */
export function endRequest(
  database: Database,
  { request, begun }: EndedRequest,
  writer: RequestWriter,
): void {
  const id = begun ?? beginRequest(database, request, writer);
  database.run(
    `UPDATE requests SET input = ?, cached = ?, output = ?, reasoning = ?, is_estimate = ?, usd = ?, host_id = NULL
     WHERE id = ?`,
    ...figures(request),
    id,
  );
}

/** What counts under a cap of all that this payer has paid, requests under way at their estimates. */
export function paidBy(database: Database, payer: string): Amounts {
  return amounts(database, "payer = ?", payer);
}

/** What a session used, its tasks included, before this run of it: all that `payer` does not pay for. */
export function usedBefore(database: Database, sessionId: string, payer: string): Amounts {
  return amounts(database, "session_id = ? AND payer IS NOT ?", sessionId, payer);
}

/** What the requests of a task came to, those of it that a dead host sent included. */
export function usageOfTask(database: Database, taskId: string): UsageSum {
  const { input, cached, output, reasoning, ...sum } = database.get<Sums>(
    `SELECT count(*) AS requests, total(is_estimate) AS estimates, total(usd IS NULL AND input + output > 0) AS unpriced,
       total(input) AS input, total(cached) AS cached, total(output) AS output, total(reasoning) AS reasoning,
       sum(usd) AS usd FROM requests WHERE task_id = ?`,
    taskId,
  ) ?? { ...NO_REQUESTS, ...NO_REQUESTS.usage };
  return { ...sum, usage: { input, cached, output, reasoning } };
}

/** Notes what a session may use from now on, and under which name that is paid. */
export function putAllowance(database: Database, { caps, payer }: Allowance, sessionId: string): void {
  database.run(
    `INSERT OR REPLACE INTO allowances (session_id, payer, usd, tokens, requests) VALUES (?, ?, ?, ?, ?)`,
    sessionId,
    payer,
    caps.usd,
    caps.tokens,
    caps.requests,
  );
}

/** What a session was last allowed; undefined: nothing is known. */
export function allowanceOf(database: Database, sessionId: string): Allowance | undefined {
  const sql = "SELECT payer, usd, tokens, requests FROM allowances WHERE session_id = ?";
  const row = database.get<Allowance["caps"] & { readonly payer: string }>(sql, sessionId);
  if (row === undefined) return undefined;
  const { payer, usd, tokens, requests } = row;
  return { payer, caps: { usd, tokens, requests } };
}

type Sums = Omit<UsageSum, "usage"> & UsageSum["usage"];

function amounts(database: Database, where: string, ...values: readonly string[]): Amounts {
  const sql =
    `SELECT total(usd) AS usd, total(input + output) AS tokens, count(*) AS requests FROM requests WHERE ${where}`;
  return { usd: 0, tokens: 0, requests: 0, ...database.get<Amounts>(sql, ...values) };
}

function whose({ at, sessionId, taskId, payer, provider, model, key }: RequestRow, writer: RequestWriter) {
  return [at, sessionId ?? writer.sessionId, taskId, payer ?? writer.hostId, provider, model, key] as const;
}

function figures({ usage, isEstimate, usd }: Pick<RequestRow, "usage" | "isEstimate" | "usd">) {
  return [usage.input, usage.cached, usage.output, usage.reasoning, isEstimate ? 1 : 0, usd] as const;
}
