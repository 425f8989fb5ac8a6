import { removeSession } from "../../session/remove_session.ts";
import type { SessionRow, Store } from "../../store/store.ts";
import { systemClock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { openSessions, unknownId } from "./open_sessions.ts";

/** The options of `hermes sessions rm`. */
export interface RemoveOptions {
  /** In ms: only sessions without a sign of life for so long. */
  readonly olderThan?: number | undefined;
  readonly force?: true | undefined;
  readonly json?: true | undefined;
}

/** A session that was not removed, and why. */
interface Kept {
  readonly session_id: string;
  readonly why: readonly string[];
}

/**
 * Removes sessions with all that is kept of them. One with results that nobody got or tasks that can go on stays
 * without `force`, one that a process works on in any case. Returns the exit code: 1 when one that was named stays.
 */
export function removeSessions(io: Io, ids: readonly string[], options: RemoveOptions): number {
  if (ids.length === 0 && options.olderThan === undefined) {
    throw new UserError("Cannot remove sessions: none is named", {
      hint: "Name some, or say how old they must be: --older-than 30d",
      exitCode: EXIT.usage,
    });
  }
  using store = openSessions(io);
  const removed: string[] = [];
  const kept: Kept[] = [];
  for (const row of meant(store, ids, options)) {
    const why = store === null ? [] : removeOne(store, row, options);
    if (why.length === 0) removed.push(row.sessionId);
    else kept.push({ session_id: row.sessionId, why });
  }
  if (options.json === true) io.stdout.write(jsonLine({ removed, kept }, io.stdout));
  else io.stdout.write(removed.map((id) => `${id}\n`).join(""));
  for (const { session_id, why } of kept) io.stderr.write(`hermes: ${session_id} stays: ${why.join(", ")}\n`);
  return kept.some(({ session_id }) => ids.includes(session_id)) ? EXIT.failed : EXIT.done;
}

/** Throws before any is removed when one of the ids is unknown. */
function meant(
  store: Store | null,
  ids: readonly string[],
  { olderThan }: RemoveOptions,
): readonly SessionRow[] {
  const named = [...new Set(ids)].map((id) => {
    const row = store?.session(id);
    if (row === undefined) throw unknownId(store, id);
    return row;
  });
  const all = ids.length > 0 ? named : store?.sessions() ?? [];
  const limit = systemClock.now() - (olderThan ?? 0);
  return olderThan === undefined ? all : all.filter(({ lastAt }) => lastAt < limit);
}

/** Returns why it stays; nothing when it is gone. */
function removeOne(store: Store, { sessionId }: SessionRow, { force }: RemoveOptions): readonly string[] {
  const reasons = removeSession(store, sessionId, { force: force === true });
  if (reasons === null) return [];
  const { works, waits } = reasons;
  if (works.length > 0) return force === true ? works : [...works, ...waits];
  return waits.length === 0 ? [] : [...waits, "--force removes it all the same"]; // or another removed it first
}
