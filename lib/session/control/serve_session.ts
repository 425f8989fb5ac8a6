import { dirname } from "node:path";
import type { SessionEvent } from "../../protocol/events.ts";
import type { HostKind } from "../../store/store.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { Session } from "../session.ts";
import { Moves } from "./moves.ts";
import type { ControlServer } from "./server.ts";

/** What a session is served with. */
export interface ServeOptions {
  readonly kind: HostKind;
  /** The path of config.yaml, which lies in the state directory. */
  readonly configPath: string;
  readonly clock?: Clock;
}

/** A session that others may ask. */
export interface ServedSession extends AsyncDisposable {
  /** Resolves when it listens, or cannot; at once while it does not try to. */
  readonly listening: Promise<unknown>;
  /** Runs `work`, in which another process takes the tasks: who waits for one of them finds it there. */
  moving<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** From when on others may want something of a session: it has a task, or asks to be allowed something. */
const ASKED_FOR: readonly SessionEvent["type"][] = ["task.queued", "approval.requested"];
/** After its first task a session listens, but not before that task's child is on its way. */
const LISTEN_AFTER_MS = 50;

/**
 * Lets other processes ask a session for its tasks, from its first task or question for approval on. A session that
 * cannot listen goes on all the same. Disposed, it answers nobody any more.
 */
export function serveSession(session: Session, options: ServeOptions): ServedSession {
  const { clock = systemClock } = options;
  let server: Promise<ControlServer | null> | null = null;
  let timer: Disposable | null = null;
  const moves = new Moves();
  const events = session.events.subscribe((event) => {
    if (!ASKED_FOR.includes(event.type) || timer !== null) return;
    timer = clock.after(
      LISTEN_AFTER_MS,
      () => server = listen(session, moves, options, clock).catch(() => null),
    );
  }, Infinity);
  return {
    get listening() {
      return server ?? Promise.resolve();
    },
    moving: (work) => moves.during(() => true, work),
    async [Symbol.asyncDispose]() {
      events[Symbol.dispose]();
      timer?.[Symbol.dispose]();
      await (await server)?.[Symbol.asyncDispose]();
    },
  };
}

async function listen(
  session: Session,
  moves: Moves,
  { kind, configPath }: ServeOptions,
  clock: Clock,
): Promise<ControlServer> {
  const [{ ControlServer }, { sessionHandlers }] = await Promise.all([
    import("./server.ts"),
    import("./session_handlers.ts"),
  ]);
  const home = dirname(configPath);
  const handlers = sessionHandlers(session, kind, moves);
  const server = await ControlServer.listen({ home, hostId: session.hostId, handlers, clock });
  session.store.hosts.listens(session.hostId, server.path);
  return server;
}
