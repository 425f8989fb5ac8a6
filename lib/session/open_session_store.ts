import process from "node:process";
import type { HostRow, SessionStore, Store } from "../store/store.ts";
import { StoreError } from "../store/store_error.ts";
import { UserError } from "../support/errors.ts";
import { processMark } from "../support/process_mark.ts";
import type { SessionOptions } from "./open_session.ts";

/** A session that cannot be gone on with, in the program's exit codes: a wrong argument. */
const EXIT_USAGE = 2;
const EXIT_FAILED = 1;

/**
 * Begins the session in the store, or goes on with the one that is named, and enters this process as its host until
 * `stack` ends. `onTrouble` hears when nothing can be written, and of null when it can again. Throws a `UserError`
 * when there is none of that id or another process has it.
 */
export function openSessionStore(
  store: Store,
  options: SessionOptions,
  onTrouble: (trouble: Error | null) => void,
  stack: AsyncDisposableStack,
): SessionStore {
  const hostId = crypto.randomUUID();
  const { kind, cwd, model, goOnWith } = options;
  const stored = goOnWith === undefined
    ? store.begin({ kind, cwd, model }, hostId, onTrouble)
    : store.goOn(goOnWith, hostId, onTrouble);
  if (stored === undefined) throw unknownSession(goOnWith ?? "");
  stack.use(stored);
  const isEntered = store.database.transaction(() => {
    if (goOnWith !== undefined) refuseTaken(store, goOnWith); // of two that come at once, one gets it
    return store.hosts.enter(hostRow(stored, options));
  });
  if (!isEntered) {
    store.removeSession(stored.sessionId);
    throw new UserError("Cannot start a second detached host: one runs already", { exitCode: EXIT_FAILED });
  }
  stack.defer(() => leave(store, hostId));
  return stored;
}

/** Of a process that is no more the row says nothing: that it cannot be taken out now is no trouble. */
function leave(store: Store, hostId: string): void {
  try {
    store.hosts.leave(hostId);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

function hostRow({ sessionId, hostId }: SessionStore, { kind }: SessionOptions): HostRow {
  const startMark = processMark(process.pid) ?? "";
  return { hostId, pid: process.pid, startMark, kind, sessionId, socket: null, since: Date.now() };
}

function refuseTaken(store: Store, sessionId: string): void {
  if (store.session(sessionId) === undefined) throw unknownSession(sessionId); // removed since it was found
  const taken = store.hosts.live().find((host) => host.sessionId === sessionId);
  if (taken === undefined) return;
  throw new UserError(`Cannot resume session "${sessionId}": the process ${taken.pid} has it open`, {
    exitCode: EXIT_FAILED,
  });
}

function unknownSession(sessionId: string): UserError {
  return new UserError(`Cannot resume session "${sessionId}": there is none of that id`, {
    hint: "hermes sessions list shows them",
    exitCode: EXIT_USAGE,
  });
}
