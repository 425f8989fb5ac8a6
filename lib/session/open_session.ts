import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import { type Endpoint, endpointOf, modelSettings } from "../config/models.ts";
import type { Ground } from "../delegation/ground.ts";
import { Supervisor } from "../delegation/supervisor.ts";
import { Workers } from "../delegation/workers.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import { createBroker } from "../provider/broker.ts";
import { MemoryBook } from "../provider/budget_scope.ts";
import type { SessionBroker } from "../provider/provider.ts";
import { fileCredentialState } from "../store/credential_state.ts";
import { MemoryLedger } from "../store/delivery.ts";
import { type Clock, systemClock } from "../support/clock.ts";
import { newId } from "../support/ids.ts";
import { createShell } from "../tools/terminal/shell.ts";
import type { Shell, Toolset } from "../tools/tool.ts";
import { EventLog } from "./event_log.ts";
import { Session } from "./session.ts";

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
}

/** Between SIGTERM and SIGKILL of a command's process group. */
const COMMAND_GRACE_MS = 500;

/** Builds all that a session consists of and joins it; the only place that knows every layer. */
export async function openSession(options: SessionOptions): Promise<Session> {
  await using opening = new AsyncDisposableStack();
  const id = newId("s", () => false);
  const clock = systemClock;
  const events = new EventLog(id, clock);
  const choice = { model: options.model };
  const broker = await openBroker(options, { clock, events }, opening);
  const shellFor = (taskId: string | null) => openShell(options, id, taskId, clock);
  const workers = opening.use(new Workers(options.workerUrl, clock));
  const supervisor = opening.use(
    new Supervisor(groundOf(options, { sessionId: id, clock, events, broker, shellFor, choice, workers })),
  );
  const { provider, model } = options.model;
  events.emit({ type: "session.started", provider, model, cwd: options.cwd });
  const parts = { options, clock, broker, supervisor, events, shell: shellFor(null), choice };
  return new Session(id, { ...parts, resources: opening.move() });
}

/** The broker; for the offline model also its server, which ends with the session. */
async function openBroker(
  { loaded, model, budgetUsd }: SessionOptions,
  { clock, events }: { readonly clock: Clock; readonly events: EventLog },
  stack: AsyncDisposableStack,
): Promise<SessionBroker> {
  let offline: string | null = null;
  if (model.provider === "offline") {
    const { startOfflineServer } = await import("../provider/offline/server.ts");
    offline = stack.use(await startOfflineServer()).baseUrl;
  }
  const { budget, credential_pool_strategies: strategies, providers } = loaded.config;
  return stack.use(createBroker({
    endpointOf: (provider): Endpoint => {
      const endpoint = endpointOf(loaded, provider);
      return provider === "offline" && offline !== null ? { ...endpoint, baseUrl: offline } : endpoint;
    },
    settingsOf: (ref) => modelSettings(loaded.config, ref),
    clock,
    random: Math.random,
    strategyOf: (provider) => strategies[provider] ?? "fill_first",
    limitsOf: (provider) => providers[provider]?.limits ?? null,
    state: fileCredentialState(dirname(loaded.path)),
    budget: {
      session: { ...budget.session, usd: budgetUsd ?? budget.session.usd },
      day: { caps: { usd: budget.day.usd, tokens: null, requests: null }, book: new MemoryBook() },
    },
    emit: (body, taskId) => events.emit(body, taskId),
  }));
}

interface GroundParts {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly broker: SessionBroker;
  readonly choice: { readonly model: ModelRef };
  readonly shellFor: (taskId: string) => Shell;
  readonly workers: Workers;
}

function groundOf(options: SessionOptions, parts: GroundParts): Ground {
  const { loaded, cwd, toolsets } = options;
  const { sessionId, clock, events, broker, shellFor, choice, workers } = parts;
  const taken = new Set<string>();
  return {
    clock,
    startChild: workers.start,
    config: loaded.config,
    broker,
    sessionId,
    ledger: new MemoryLedger(),
    keeper: { changed() {}, conversation() {}, history: () => [], find: () => undefined },
    get model() {
      return choice.model;
    },
    toolsets,
    cwd,
    shellFor,
    emit: (body, taskId) => events.emit(body, taskId),
    saveSummary: (taskId, text) => saveSummary(dirname(loaded.path), taskId, text),
    newTaskId: () => {
      const taskId = newId("t", (candidate) => taken.has(candidate));
      taken.add(taskId);
      return taskId;
    },
  };
}

function openShell(
  { env, loaded }: SessionOptions,
  sessionId: string,
  taskId: string | null,
  clock: Clock,
): Shell {
  return createShell({
    outputBytes: loaded.config.terminal.output_chars,
    env,
    secrets: loaded.secrets.values,
    marks: { sessionId, taskId },
    graceMs: COMMAND_GRACE_MS,
    clock,
  });
}

function saveSummary(home: string, taskId: string, text: string): string | null {
  const path = join(home, "spill", `${taskId}.md`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  } catch {
    return null; // the reader is told that there is no file
  }
}
