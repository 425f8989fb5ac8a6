import { existsSync } from "node:fs";
import { join } from "node:path";
import { hermesHome } from "../../config/home.ts";
import { recoverHosts } from "../../session/recover_hosts.ts";
import { DATABASE_FILE } from "../../store/open_database.ts";
import { openStore } from "../../store/open_store.ts";
import type { SessionRow, Store } from "../../store/store.ts";
import { systemClock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { TASK_ID } from "../../support/ids.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";

/** How many ids an error names. */
const NAMED_IDS = 5;

/** The store of the state directory, after what dead hosts left was seen to; null where nothing was ever stored. */
export function openSessions({ env }: Pick<Io, "env">): Store | null {
  const home = hermesHome(env);
  if (!existsSync(join(home, DATABASE_FILE))) return null;
  const store = openStore(home, { clock: systemClock });
  try {
    recoverHosts(store, systemClock.now());
    return store;
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}

/** A session, or one task of it. */
export interface Found {
  readonly session: SessionRow;
  /** Null: the session was asked for. */
  readonly taskId: string | null;
}

/** The session or task of an id. Throws a `UserError` 2 that names recent ids when there is none. */
export function findStored(store: Store | null, id: string): Found {
  const task = TASK_ID.test(id) ? store?.tasks.get(id) : undefined;
  const session = store?.session(task?.sessionId ?? id);
  if (session === undefined) throw unknownId(store, id);
  return { session, taskId: task?.taskId ?? null };
}

/** What is said of an id that no session and no task has. */
export function unknownId(store: Store | null, id: string): UserError {
  const isTask = TASK_ID.test(id);
  const recent = (isTask ? store?.tasks.lastIds(NAMED_IDS).toReversed() : recentSessions(store)) ?? [];
  const what = isTask ? "task" : "session";
  return new UserError(`Cannot find ${what} "${id}": there is none of that id`, {
    hint: recent.length === 0 ? `There are no ${what}s yet` : `Recent ones: ${recent.join(", ")}`,
    exitCode: EXIT.usage,
  });
}

function recentSessions(store: Store | null): readonly string[] | undefined {
  return store?.sessions().slice(0, NAMED_IDS).map(({ sessionId }) => sessionId);
}
