import type { HostRow } from "../../store/store.ts";
import { UserError } from "../../support/errors.ts";
import type { ProcessState } from "../../support/process_mark.ts";

/** What is told of a host that is asked. */
export type WatchedHost = Pick<HostRow, "pid" | "startMark" | "kind" | "sessionId">;

/** Worth another try later (contract §4). */
const EXIT_TEMPORARY = 75;

/** The process of a host lives, and nobody can talk to it. */
export class HostSilent extends UserError {
  readonly host: WatchedHost;
  readonly state: ProcessState;

  /** `mayHaveDone`: it was asked, and may do so as soon as it goes on. */
  constructor(host: WatchedHost, state: ProcessState, { mayHaveDone }: { readonly mayHaveDone: boolean }) {
    const { message, hint } = silenceOf(host, state);
    const later = mayHaveDone ? "What was asked may still be done when it goes on. " : "";
    super(`Cannot reach ${message}`, { hint: later + hint, exitCode: EXIT_TEMPORARY });
    this.host = host;
    this.state = state;
  }
}

/** Who does not answer and why, and what can be done. */
export function silenceOf(
  host: WatchedHost,
  state: ProcessState,
): { readonly message: string; readonly hint: string } {
  const { pid } = host;
  const end = `kill -KILL ${pid} ends it, and its tasks can be resumed then (hermes resume ID)`;
  return state === "stopped"
    ? {
      message: `${hostWords(host)}: it is stopped and does not answer`,
      hint: `kill -CONT ${pid} lets it go on; ${end}`,
    }
    : { message: `${hostWords(host)}: it lives and does not answer`, hint: `Try again; ${end}` };
}

/** A host, in words. */
export function hostWords({ kind, pid, sessionId }: WatchedHost): string {
  return `${NAMES[kind]} ${kind === "detached" ? "" : `${sessionId} `}(pid ${pid})`;
}

const NAMES = {
  chat: "the chat",
  delegate: "the delegation",
  detached: "the detached host",
} as const satisfies Record<HostRow["kind"], string>;
