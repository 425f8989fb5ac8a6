import { dirname } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import { resolveModel } from "../config/models.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import { type Clock, systemClock } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { ControlServer } from "./control/server.ts";
import { sweepRun } from "./control/sweep.ts";
import { HostCommands } from "./host_commands.ts";
import { hostHandlers } from "./host_tasks.ts";
import { openSession, type SessionOptions } from "./open_session.ts";
import type { Session } from "./session.ts";

/** What the detached host starts with. */
export interface HostOptions extends Pick<SessionOptions, "loaded" | "env" | "workerUrl"> {
  readonly clock?: Clock;
  /** Called once clients are answered. */
  readonly onReady: () => void;
  /** Asks it to leave: its tasks stop at their next turn and can be resumed. */
  readonly signal: AbortSignal;
}

/** How long nobody may need it before it leaves. */
const IDLE_MS = 3_000;
/** How long tasks may take to come to the end of a turn when it is asked to leave. */
const PARK_GRACE_MS = 5_000;

/**
 * Runs the session of all tasks that are delegated with `--async` until nobody needs it: no task is live and no client
 * is there. Rejects with a `UserError` when another such host runs.
 */
export async function runHost(
  { clock = systemClock, onReady, signal, ...options }: HostOptions,
): Promise<void> {
  const commands = new HostCommands(options);
  const session = await openSession({
    ...options,
    model: modelOf(options.loaded),
    cwd: dirname(options.loaded.path),
    toolsets: [],
    kind: "detached",
    commands,
  });
  try {
    commands.watch(session);
    await serve(session, commands, { ...options, clock, onReady, signal });
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

async function serve(
  session: Session,
  commands: HostCommands,
  { loaded, clock, onReady, signal }: HostOptions & { readonly clock: Clock },
): Promise<void> {
  const unneeded = Promise.withResolvers<void>();
  let idle: Disposable | null = null;
  let clients = () => 0;
  const isNeeded = () => clients() > 0 || session.supervisor.table.hasLive(null);
  const look = () => {
    idle?.[Symbol.dispose]();
    idle = isNeeded() ? null : clock.after(IDLE_MS, () => isNeeded() || unneeded.resolve());
  };
  await using server = await ControlServer.listen({
    home: dirname(loaded.path),
    hostId: session.hostId,
    handlers: hostHandlers(session, commands),
    clock,
    onClients: () => look(),
  });
  clients = () => server.clients;
  sweepRun(dirname(loaded.path), session.store.hosts.live());
  session.store.hosts.listens(session.hostId, server.path);
  using _events = session.events.subscribe(({ type }) => {
    if (type.startsWith("task.")) look();
  }, Infinity);
  look();
  onReady();
  signal.addEventListener("abort", () => unneeded.resolve(), { once: true });
  if (signal.aborted) unneeded.resolve();
  await unneeded.promise;
  server.leave();
  await session.park(PARK_GRACE_MS);
}

/** Each task brings its own; this one only stands in the list of sessions. */
function modelOf(loaded: LoadedConfig): ModelRef {
  try {
    return resolveModel(loaded, {});
  } catch (error) {
    if (error instanceof UserError) return resolveModel(loaded, { offline: true });
    throw error;
  }
}
