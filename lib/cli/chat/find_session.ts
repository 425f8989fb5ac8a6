import type { JournalEvent } from "../../protocol/events.ts";
import type { SessionRow, Store } from "../../store/store.ts";
import { UserError } from "../../support/errors.ts";
import { parseToolsets } from "../../tools/toolsets.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { isDirectory } from "../is_directory.ts";
import type { RunOptions } from "../open_run.ts";
import { plainText } from "../render/text.ts";
import { findStored, openSessions, unknownId } from "../sessions/open_sessions.ts";
import { isUsed, type SessionView, sessionViews } from "../sessions/session_view.ts";

/** Which session a chat goes on with. */
export interface ResumeWish {
  /** By its id. */
  readonly resume?: string | undefined;
  /** The last one of the directory. */
  readonly continue?: true | undefined;
}

/**
 * The options of a chat that goes on with a session: the model, the toolsets and the directory are those of the session
 * where the command line does not say otherwise. Unchanged when none was asked for. Throws a `UserError` when there is
 * no such session.
 */
export function withStored<Options extends RunOptions & ResumeWish>(io: Io, options: Options): Options {
  if (options.resume === undefined && options.continue !== true) return options;
  using store = openSessions(io);
  if (options.resume !== undefined && store === null) throw unknownId(store, options.resume);
  if (store === null) throw noneHere(options.cwd ?? io.cwd(), []);
  const row = options.resume === undefined
    ? lastHere(store, options.cwd ?? io.cwd())
    : byId(store, options.resume);
  return {
    ...options,
    ...modelOf(row, options),
    ...placeOf(io, store, row, options),
    goOnWith: row.sessionId,
  };
}

function byId(store: Store, id: string): SessionRow {
  const { session, taskId } = findStored(store, id);
  if (taskId !== null) {
    throw new UserError(`Cannot resume "${id}" in a chat: it is a task of session ${session.sessionId}`, {
      hint: `hermes resume ${id} lets the task go on, hermes chat -r ${session.sessionId} its session`,
      exitCode: EXIT.usage,
    });
  }
  if (session.kind !== "detached") return session;
  throw new UserError(`Cannot resume session "${id}" in a chat: its tasks are the shell's`, {
    hint: `hermes list --session ${id} --all shows them`,
    exitCode: EXIT.usage,
  });
}

function lastHere(store: Store, cwd: string): SessionRow {
  const chats = sessionViews(store).filter((view) => view.kind === "chat" && isUsed(view));
  const last = chats.find((view) => view.cwd === cwd);
  const row = last && store.session(last.session_id);
  if (row === undefined) throw noneHere(cwd, chats);
  return row;
}

function noneHere(cwd: string, [elsewhere]: readonly SessionView[]): UserError {
  return new UserError(`Cannot continue a chat in "${cwd}": there was none`, {
    hint: elsewhere === undefined
      ? "Begin one with: hermes chat"
      : `The last one was in ${elsewhere.cwd}: hermes chat -r ${elsewhere.session_id}`,
    exitCode: EXIT.usage,
  });
}

function modelOf({ model }: SessionRow, options: RunOptions): RunOptions {
  if (options.offline === true || options.model !== undefined || options.provider !== undefined) return {};
  if (model.provider === "offline") return { offline: true };
  return { model: model.model, provider: model.provider };
}

function placeOf(io: Io, store: Store, row: SessionRow, options: RunOptions): RunOptions {
  const started = lastStart(store, row.sessionId);
  const toolsets = options.toolsets ??
    (started?.toolsets === undefined ? undefined : parseToolsets(started.toolsets));
  if (options.cwd !== undefined || row.cwd === io.cwd()) return { toolsets };
  const isThere = isDirectory(row.cwd);
  const where = isThere
    ? `works in ${row.cwd}, as before (--cwd . for here)`
    : `works here: ${row.cwd} is gone`;
  if (options.quiet !== true) io.stderr.write(plainText(`hermes: the session ${where}`) + "\n");
  return isThere ? { toolsets, cwd: row.cwd } : { toolsets };
}

type Started = Extract<JournalEvent, { readonly type: "session.started" }>;

/** How its last run began. */
function lastStart(store: Store, sessionId: string): Started | null {
  let last: Started | null = null;
  for (const event of store.events(sessionId, 0)) if (event.type === "session.started") last = event;
  return last;
}
