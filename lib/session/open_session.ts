import { dirname } from "node:path";
import { passedOver, waysOf } from "../config/fallbacks.ts";
import { EXIT_CONFIG } from "../config/home.ts";
import { loadKnownModels } from "../config/known_models.ts";
import type { LoadedConfig } from "../config/load.ts";
import { type ModelFacts, modelFacts } from "../config/model_facts.ts";
import type { Config } from "../config/schema.ts";
import { NO_SANDBOX } from "../config/unusable.ts";
import type { Ground } from "../delegation/ground.ts";
import { Supervisor } from "../delegation/supervisor.ts";
import { Workers } from "../delegation/workers.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { SessionBroker } from "../provider/provider.ts";
import { type DialectBook, fileDialectBook } from "../store/dialect_book.ts";
import { openStore } from "../store/open_store.ts";
import { sessionSpill } from "../store/spill_paths.ts";
import type { HostKind, SessionStore, Store } from "../store/store.ts";
import { byAgent, byAgentOrProgram } from "./by_agent.ts";
import { type Clock, steadyClock, systemClock } from "../support/clock.ts";
import { UserError, type WireError } from "../support/errors.ts";
import { homeDirectory } from "../support/home_directory.ts";
import { AgentFiles } from "../tools/approval/agent_files.ts";
import { createJudge } from "../tools/approval/judge.ts";
import { endMarked } from "../tools/terminal/end_marked.ts";
import { createShell } from "../tools/terminal/shell.ts";
import type { Shell, Toolset } from "../tools/tool.ts";
import { EventLog } from "./event_log.ts";
import type { HostCommands } from "./host_commands.ts";
import { openBroker } from "./open_broker.ts";
import { openSessionStore } from "./open_session_store.ts";
import { HOST_MARK, recoverHosts } from "./recover_hosts.ts";
import { refuseUnpriced } from "./refuse_unpriced.ts";
import { ownShell } from "./own_shell.ts";
import { Retention } from "./retention.ts";
import { saveSummary } from "./save_summary.ts";
import { Session } from "./session.ts";
import { type SessionSecrets, sessionSecrets, withoutSecrets } from "./session_secrets.ts";
import { storeKeeper } from "./store_keeper.ts";
import { taskPayers } from "./task_payers.ts";

/** What a session is opened with. */
export interface SessionOptions {
  readonly loaded: LoadedConfig;
  readonly model: ModelRef;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the entry of a child's worker is; made by main.ts, because a compiled binary knows it only there. */
  readonly workerUrl: URL;
  /** The most that the session may cost with all its tasks, in US dollars; absent: as in config.yaml. */
  readonly budgetUsd?: number;
  /** The work toolsets of the session's own agent, which it can grant to children. */
  readonly toolsets: readonly Toolset[];
  readonly kind: HostKind;
  /** The session to go on with; absent: a new one. */
  readonly goOnWith?: string;
  /** Nothing that its agents do asks first. */
  readonly isYolo?: boolean;
  /** Those whose tasks the session runs, each with its own environment and config; absent: it is one command itself. */
  readonly commands?: HostCommands;
}

/** The variable by which a command is known to be a task's. */
const TASK_MARK = "HERMES_TASK_ID";
/** Between SIGTERM and SIGKILL of a command's process group. */
const COMMAND_GRACE_MS = 500;

/**
 * Builds all that a session consists of and joins it; the only place that knows every layer. Throws a `UserError` when
 * there is no session to go on with, another process has it, or what is stored cannot be used.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  refuseUnconfined(options.loaded);
  const known = await loadKnownModels();
  const factsOf = (model: ModelRef, taskId: string | null): ModelFacts =>
    modelFacts((options.commands?.of(taskId).loaded ?? options.loaded).config, known, model);
  await using opening = new AsyncDisposableStack();
  const clock = systemClock;
  const store = opening.use(openStore(dirname(options.loaded.path), { clock }));
  if (options.goOnWith !== undefined) recoverHosts(store, clock.now());
  else opening.use(clock.after(RECOVER_AFTER_MS, () => recoverQuietly(store, clock)));
  const retainDays = options.loaded.config.sessions.retention_days;
  if (retainDays !== null) {
    opening.use(new Retention({ store, home: dirname(options.loaded.path), clock, days: retainDays }));
  }
  const onTrouble = (trouble: Error | null) => events.emit({ type: "error", error: storeTrouble(trouble) });
  const stored = openSessionStore(store, options, onTrouble, opening);
  const { sessionId } = stored;
  const secrets = sessionSecrets(options.loaded);
  const events: EventLog = new EventLog(sessionId, clock, {
    redactor: secrets.redactor,
    lastSeq: stored.lastSeq,
    keep: (event) => stored.append(event),
    earlier: (since) => store.events(sessionId, since),
  });
  const choice = { model: options.model };
  const dialects = fileDialectBook(dirname(options.loaded.path), () => clock.now());
  const measured = { clock: steadyClock, events, store, stored, dialects, factsOf };
  const broker = await openBroker(options, { ...measured, machine: clock }, opening);
  const workers = opening.use(new Workers(options.workerUrl, steadyClock));
  const parts = { ...measured, broker, choice, secrets };
  const shellFor = (taskId: string | null) => openShell(options, { ...parts, taskId });
  const own = ownShell(shellFor(null), {
    end: () => endLeft(HOST_MARK, stored.hostId),
    onLeft: (message) => events.emit({ type: "error", error: { code: "io_error", message } }),
  });
  opening.use(own); // after the tasks have ended theirs
  const ground = groundOf(options, { ...parts, shellFor, workers });
  if (ground.needsPrice && options.kind === "chat") refuseUnpriced(ground, options.model);
  const supervisor = opening.use(new Supervisor(ground));
  if (isByAgent(options)) {
    supervisor.approvals.lock();
    if (options.kind !== "detached") supervisor.approvals.close("all"); // its terminal may be the agent's own
  }
  options.commands?.follow(({ loaded }) => {
    secrets.learn(loaded);
    broker.capDay(loaded.config.budget.day.usd);
    supervisor.slots.resize(loaded.config.delegation.max_concurrent_children);
  });
  const { provider, model } = options.model;
  events.emit({ type: "session.started", provider, model, cwd: options.cwd, toolsets: options.toolsets });
  for (const message of passedOver(options.loaded)) {
    events.emit({ type: "error", error: { code: "fallback", message } });
  }
  const session = { ...parts, options, supervisor, shell: own };
  return new Session({ ...session, resources: opening.move() });
}

/** Who asks for commands that are confined is not to get others. */
function refuseUnconfined({ config, path }: LoadedConfig): void {
  if (config.terminal.sandbox !== "on") return;
  throw new UserError(`Cannot confine commands: terminal.sandbox is on, and ${NO_SANDBOX}`, {
    hint: `Set it to auto or off in ${path}, and run hermes in a container where that is too much`,
    exitCode: EXIT_CONFIG,
  });
}

/** What dead hosts left is seen to at once by who goes on with it, and by others when they are well under way. */
const RECOVER_AFTER_MS = 1_000;

function recoverQuietly(store: Store, clock: Clock): void {
  try {
    recoverHosts(store, clock.now());
  } catch {
    // Whoever needs what they left looks again, and says what is wrong.
  }
}

function storeTrouble(trouble: Error | null): WireError {
  if (trouble === null) return { code: "store", message: "All that could not be kept is on disk now" };
  const message = `Cannot keep what happens: ${trouble.message}`;
  return { code: "store", message, hint: "It is tried again; results are delivered meanwhile" };
}

interface GroundParts {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly broker: SessionBroker;
  readonly choice: { readonly model: ModelRef };
  readonly store: Store;
  readonly stored: SessionStore;
  readonly shellFor: (taskId: string) => Shell;
  readonly workers: Workers;
  readonly secrets: SessionSecrets;
  readonly dialects: DialectBook;
  readonly factsOf: Ground["factsOf"];
}

function groundOf(options: SessionOptions, parts: GroundParts): Ground {
  const { loaded, cwd, env, toolsets, commands } = options;
  const { clock, events, broker, shellFor, choice, workers, store, stored, secrets, dialects, factsOf } =
    parts;
  const current = () => (commands?.latest.loaded ?? loaded).config;
  const riskGround = {
    home: homeDirectory(env),
    hermesHome: dirname(loaded.path),
    files: new AgentFiles(systemClock.now()),
    ...secrets,
  };
  return {
    sessionId: stored.sessionId,
    clock,
    startChild: withoutSecrets(workers.start, secrets.redactor),
    get config() {
      return current();
    },
    broker,
    payerOf: (spec) => taskPayers(store, stored, current())(spec),
    ledger: stored.ledger,
    keeper: storeKeeper(store, stored, secrets.redactor),
    get model() {
      return choice.model;
    },
    waysOf: (model, taskId) =>
      waysOf(commands?.of(taskId).loaded ?? loaded, model, {
        cacheKey: stored.sessionId,
        lessonsOf: (baseUrl, name) => dialects.of(baseUrl, name),
        longestOf: (each) => factsOf(each, taskId).longest_answer,
      }),
    factsOf,
    needsPrice: options.budgetUsd !== undefined,
    toolsets,
    cwd,
    spillDir: spillDir(loaded, stored),
    ...secrets,
    shellFor,
    endCommands: (taskId) => endLeft(TASK_MARK, taskId),
    judge: (action) => createJudge(approvalsOf(current(), isByAgent(options)), riskGround)(action),
    isYolo: options.isYolo === true,
    emit: (body, taskId) => events.emit(body, taskId),
    saveSummary: (taskId, text) => saveSummary(dirname(loaded.path), taskId, text),
    newTaskId: () => stored.newTaskId(),
    async untilOver(taskId, signal) {
      const { untilOver } = await import("./until_over.ts"); // load on use
      return await untilOver(taskId, { home: dirname(loaded.path), store, clock, signal });
    },
  };
}

/**
 * Whether an agent's command started the session: it is no way round what its own session asks. A detached host is a
 * process below whoever started it first, so only its marks count.
 */
function isByAgent({ env, kind }: SessionOptions): boolean {
  return (kind === "detached" ? byAgent(env) : byAgentOrProgram(env)) !== null;
}

/** What asks first; for an agent whose command started the session never less than the default. */
function approvalsOf({ approvals }: Config, isAgents: boolean): Config["approvals"] {
  if (!isAgents) return approvals;
  return { ...approvals, mode: approvals.mode === "off" ? "dangerous" : approvals.mode, allow: [] };
}

/** Ends the processes that carry a mark of ours; resolves with what could not be ended. */
function endLeft(mark: string, value: string): Promise<readonly string[]> {
  return endMarked(mark, value, { graceMs: COMMAND_GRACE_MS, clock: steadyClock });
}

type ShellParts = Pick<GroundParts, "stored" | "secrets" | "clock"> & { readonly taskId: string | null };

function spillDir({ path }: LoadedConfig, { sessionId }: SessionStore): string {
  return sessionSpill(dirname(path), sessionId);
}

function openShell(
  { commands, ...own }: SessionOptions,
  { stored, secrets, clock, taskId }: ShellParts,
): Shell {
  const { sessionId, hostId } = stored;
  const { env, loaded } = commands?.of(taskId) ?? own;
  return createShell({
    outputBytes: loaded.config.terminal.output_chars,
    env,
    secrets: loaded.secrets.known,
    redactor: secrets.redactor,
    spillDir: spillDir(loaded, stored),
    marks: { sessionId, hostId, taskId },
    graceMs: COMMAND_GRACE_MS,
    clock,
  });
}
