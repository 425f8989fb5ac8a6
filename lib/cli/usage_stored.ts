import { existsSync } from "node:fs";
import { join } from "node:path";
import { hermesHome } from "../config/home.ts";
import type { LoadedConfig } from "../config/load.ts";
import { isBilled } from "../config/model_facts.ts";
import { readSnapshot } from "../delegation/task_snapshot.ts";
import { credentialsOf } from "../provider/credential.ts";
import { dayOf, startOfDay } from "../store/utc_day.ts";
import { DATABASE_FILE } from "../store/open_database.ts";
import { openStore } from "../store/open_store.ts";
import type { Store } from "../store/store.ts";
import { daySpending, storedUsage, type UsageQuery } from "../store/usage_query.ts";
import { systemClock } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { endpointsWithKeys } from "./auth_list.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { jsonLine } from "./render/json.ts";
import { renderUsage } from "./render/usage.ts";
import { type CapUsage, reportDays, reportGroups, reportTasks, type UsageReport } from "./usage_report.ts";

/** What of the stored requests is asked for; nothing: today's. */
export interface UsageOptions {
  readonly day?: true | undefined;
  readonly session?: string | undefined;
  readonly all?: true | undefined;
  readonly json?: true | undefined;
}

/** Prints what the stored requests came to; returns the exit code. A state directory without any is left alone. */
export function printUsage(io: Io, options: UsageOptions): number {
  const scope = scopeOf(options);
  const home = hermesHome(io.env);
  const loaded = loadRunConfig(io, { quiet: options.json === true });
  using store = existsSync(join(home, DATABASE_FILE)) ? openStore(home, { clock: systemClock }) : null;
  if (options.session !== undefined && store?.session(options.session) === undefined) {
    throw new UserError(`Cannot find session "${options.session}"`, {
      exitCode: EXIT.usage,
      hint: "Known ones: hermes sessions list",
    });
  }
  const report = reportOf(store, loaded, { scope, sessionId: options.session ?? null });
  const { columns } = io.stdout;
  io.stdout.write(options.json === true ? jsonLine(report, io.stdout) : renderUsage(report, { columns }));
  return EXIT.done;
}

function scopeOf({ day, session, all }: UsageOptions): UsageReport["scope"] {
  const named = [
    ...day ? ["--day"] : [],
    ...session === undefined ? [] : ["--session"],
    ...all ? ["--all"] : [],
  ];
  if (named.length > 1) {
    throw new UserError(`Cannot use ${named.join(" and ")} together: each chooses what is counted`, {
      exitCode: EXIT.usage,
    });
  }
  if (session !== undefined) return "session";
  return all ? "all" : "day";
}

function reportOf(
  store: Store | null,
  loaded: LoadedConfig,
  { scope, sessionId }: Pick<UsageReport, "scope"> & { readonly sessionId: string | null },
): UsageReport {
  const now = systemClock.now();
  const query: UsageQuery = {
    ...(sessionId === null ? {} : { sessionId }),
    ...(scope === "day" ? { since: startOfDay(now) } : {}),
  };
  const groups = store === null ? [] : storedUsage(store.database, query);
  const labels = labelsOf(loaded);
  const tasks = store === null || sessionId === null ? [] : store.tasks.list({ sessionId });
  return {
    scope,
    session_id: sessionId,
    ...reportGroups(groups, {
      labelOf: (fingerprint) => labels.get(fingerprint) ?? null,
      isBilled: (provider) => isBilled(loaded.config, provider),
    }),
    days: reportDays(groups),
    tasks: sessionId === null ? [] : reportTasks(
      groups,
      tasks.map(({ taskId, ownerId, body }) => ({ taskId, ownerId, goal: goalOf(body) })),
    ),
    budget: { day: scope === "day" ? dayBudget(store, loaded) : null },
  };
}

/** What all sessions have used of the day's cap; null: there is none. */
function dayBudget(store: Store | null, { config }: LoadedConfig): CapUsage | null {
  const limit = config.budget.day.usd;
  if (limit === null) return null;
  const { settled, held } = store === null
    ? { settled: 0, held: 0 }
    : daySpending(store.database, dayOf(systemClock.now()));
  return { used_usd: settled, held_usd: held, limit_usd: limit };
}

function goalOf(body: unknown): string | null {
  try {
    return readSnapshot(body).spec.goal;
  } catch {
    return null; // written by another version; what it cost is known all the same
  }
}

/** The names of the keys that are configured, by fingerprint. */
function labelsOf(loaded: LoadedConfig): ReadonlyMap<string, string> {
  const known = endpointsWithKeys(loaded).flatMap(credentialsOf);
  return new Map(known.flatMap(({ fingerprint, name }) => name === null ? [] : [[fingerprint, name]]));
}
