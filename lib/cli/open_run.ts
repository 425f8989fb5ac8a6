import { PLAIN_NAMED, resolveModel, takenFor } from "../config/models.ts";
import { type ServedSession, serveSession } from "../session/control/serve_session.ts";
import { openSession } from "../session/open_session.ts";
import type { Session } from "../session/session.ts";
import { toWireError, UserError } from "../support/errors.ts";
import { steadyClock } from "../support/clock.ts";
import type { Toolset } from "../tools/tool.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { errorText } from "./render/error_text.ts";
import { jsonLine } from "./render/json.ts";
import { plainText } from "./render/text.ts";
import { holdSignals } from "./signals.ts";
import { ProgressBoard } from "./render/progress_board.ts";

/** What chat and delegate have in common on their command line. */
export interface RunOptions {
  /** What the process is to others: a chat, or a delegation that waits. */
  readonly kind?: "chat" | "delegate";
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly toolsets?: readonly Toolset[] | undefined;
  readonly cwd?: string | undefined;
  readonly budgetUsd?: number | undefined;
  /** Nothing asks first. */
  readonly yolo?: boolean | undefined;
  /** The session to go on with. */
  readonly goOnWith?: string | undefined;
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
  readonly since?: number | undefined;
  readonly quiet?: boolean | undefined;
  /** A person is asked for approvals, so that the board need not tell of them. */
  readonly asksPerson?: boolean | undefined;
  /** Nothing is updated in place on stderr. */
  readonly linesOnly?: boolean | undefined;
}

/** A session with its readers on the terminal. */
export interface Run extends AsyncDisposable, Pick<ServedSession, "moving"> {
  readonly session: Session;
  readonly board: ProgressBoard | null;
  /** The exit code of a run that comes to `code`: another, which stderr explains, where what happened is not on disk. */
  keptCode(code: number): number;
}

/** What the session's own agent has when nothing was said. */
export const ALL_TOOLSETS: readonly Toolset[] = ["web", "terminal", "file", "todo"];

/** Opens a session as the command line says: its events go to the board on stderr, or with --jsonl to stdout. */
export async function openRun(io: Io, options: RunOptions): Promise<Run> {
  const quiet = options.quiet === true;
  const loaded = loadRunConfig(io, { quiet });
  const model = resolveModel(loaded, wishOf(options));
  const kind = options.kind ?? "chat";
  const session = await openSession({
    loaded,
    model,
    cwd: options.cwd ?? io.cwd(),
    env: io.env,
    workerUrl: io.workerUrl,
    toolsets: options.toolsets ?? ALL_TOOLSETS,
    kind,
    ...(options.budgetUsd === undefined ? {} : { budgetUsd: options.budgetUsd }),
    isYolo: options.yolo === true,
    ...(options.goOnWith === undefined ? {} : { goOnWith: options.goOnWith }),
  });
  const control = serveSession(session, { kind, configPath: loaded.path });
  if (model.provider === "offline" && !quiet) tellOffline(io);
  const taken = PLAIN_NAMED.includes(model.provider)
    ? takenFor(loaded.config, wishOf(options), model.provider)
    : null;
  if (taken !== null && !quiet) io.stderr.write(plainText(`hermes: ${taken}\n`));
  const board = quiet ? null : new ProgressBoard(io.stderr, {
    env: io.env,
    clock: steadyClock,
    linesOnly: options.linesOnly === true,
  });
  session.events.subscribe((event) => {
    if (event.type !== "approval.requested" || options.asksPerson !== true) board?.show(event);
  });
  if (options.jsonl === true) {
    const { since } = options;
    session.events.subscribe((event) => {
      if (since === undefined || ("seq" in event ? event.seq : event.after_seq) > since) {
        io.stdout.write(jsonLine(event, io.stdout));
      }
    }, since);
  }
  const held = holdSignals(io);
  return {
    session,
    board,
    moving: (work) => control.moving(work),
    keptCode: (code) => keptCode(io, session, code),
    async [Symbol.asyncDispose]() {
      using _signals = held;
      await control[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
      board?.[Symbol.dispose]();
    },
  };
}

function keptCode(io: Io, session: Session, code: number): number {
  const trouble = session.notKept();
  if (trouble === null || code > EXIT.timeout) return code; // a signal says more
  if (!(trouble instanceof UserError)) throw trouble;
  io.stderr.write(errorText(toWireError(trouble)));
  return trouble.exitCode;
}

/** Says that what answers is the offline model. */
export function tellOffline({ stderr }: Pick<Io, "stderr">): void {
  stderr.write("hermes: this is the offline model: deterministic, it does not reason (see: hermes models)\n");
}

/** Which model the command line asks for. */
export function wishOf(
  { model, provider, offline }: RunOptions,
): { model?: string; provider?: string; offline?: boolean } {
  return {
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(offline === undefined ? {} : { offline }),
  };
}
