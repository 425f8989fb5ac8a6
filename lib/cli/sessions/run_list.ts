import { systemClock } from "../../support/clock.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { renderSessions } from "../render/sessions.ts";
import { openSessions } from "./open_sessions.ts";
import { isUsed, sessionViews } from "./session_view.ts";

/** The options of `hermes sessions list`. */
export interface SessionsListOptions {
  readonly all?: true | undefined;
  readonly json?: true | undefined;
}

/** How many are listed without `--all`. */
const RECENT = 20;

/** Prints the sessions of the state directory, newest first; returns the exit code. */
export function listSessions(io: Io, { all, json }: SessionsListOptions): number {
  using store = openSessions(io);
  const views = store === null ? [] : sessionViews(store);
  const shown = all === true ? views : views.filter(isUsed).slice(0, RECENT);
  const text = json === true
    ? jsonLine({ sessions: shown }, io.stdout)
    : renderSessions(shown, { now: systemClock.now(), columns: io.stdout.columns });
  io.stdout.write(text);
  return EXIT.done;
}
