import type { HostRow, Store } from "../store/store.ts";
import { StoreWatch } from "../store/store_watch.ts";
import { type Clock, delay } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { ControlClient, HostGone } from "./control/client.ts";
import { readToken } from "./control/token.ts";

/** Where hosts are looked for. */
export interface HostFinderOptions {
  readonly home: string;
  readonly store: Store;
  readonly clock: Clock;
  /** Ends what waits. */
  readonly signal: AbortSignal;
}

/** Connections to the hosts of a state directory, each made once. Disposed, all are closed; the tasks go on. */
export class HostFinder implements Disposable {
  readonly #options: HostFinderOptions;
  readonly #clients = new Map<string, Promise<ControlClient>>();

  constructor(options: HostFinderOptions) {
    this.#options = options;
  }

  /** The hosts whose processes live. */
  live(): readonly HostRow[] {
    return this.#options.store.hosts.live();
  }

  /** A connection to a host that listens. Rejects with {@linkcode HostGone} when it does not any more. */
  async connect({ hostId, socket }: HostRow): Promise<ControlClient> {
    const { home, signal } = this.#options;
    const known = await this.#clients.get(hostId);
    if (known?.isOpen === true) return known;
    const token = readToken(home, hostId);
    if (socket === null || token === null) throw new HostGone("The host does not listen");
    const client = ControlClient.connect({ socket, token }, signal);
    this.#clients.set(hostId, client);
    try {
      return await client;
    } catch (error) {
      this.#clients.delete(hostId);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) {
      client.then((each) => each[Symbol.dispose](), () => {});
    }
    this.#clients.clear();
  }
}

/** A process that is killed writes nothing, nor does every file system tell of writes: then it is looked again. */
const LOOK_AGAIN_MS = 250;
/** Writes come in bunches, and a look may write too. */
const SETTLE_MS = 10;
/** Machines may be slow. */
const GIVE_UP_MS = 60_000;

/**
 * Tries `ask` until it does not end in {@linkcode HostGone}: then it finds another host, or none. It is tried again when
 * something was written to the store, where a host enters, says that it listens, and leaves. Rejects with a `UserError`
 * when a process that lives never answers, or with the signal's reason.
 */
export async function untilAnswered<Result>(
  ask: () => Promise<Result>,
  { home, clock, signal }: Omit<HostFinderOptions, "store">,
): Promise<Result> {
  const first = await answerOf(ask);
  if (first !== null) return first.result;
  using watch = new StoreWatch(home);
  const giveUpAt = clock.now() + GIVE_UP_MS;
  while (clock.now() < giveUpAt) {
    const written = watch.next();
    const answer = await answerOf(ask);
    if (answer !== null) return answer.result;
    await atMost(LOOK_AGAIN_MS, written, { clock, signal });
    await delay(clock, SETTLE_MS, signal);
  }
  throw new UserError("Cannot reach the host of the task: its process lives and does not answer", {
    hint: "hermes list shows the hosts with their process ids",
    exitCode: 75,
  });
}

/** Null: whom it asked has gone. */
async function answerOf<Result>(ask: () => Promise<Result>): Promise<{ readonly result: Result } | null> {
  try {
    return { result: await ask() };
  } catch (error) {
    if (error instanceof HostGone) return null;
    throw error;
  }
}

/** Resolves with `event`, which never rejects, or after `ms`; rejects with the signal's reason. */
async function atMost(
  ms: number,
  event: Promise<void>,
  { clock, signal }: Pick<HostFinderOptions, "clock" | "signal">,
): Promise<void> {
  const patience = new AbortController();
  const late = delay(clock, ms, AbortSignal.any([signal, patience.signal]));
  late.catch(() => {}); // aborted below, or heard of by the race
  try {
    await Promise.race([event, late]);
  } finally {
    patience.abort();
  }
}
