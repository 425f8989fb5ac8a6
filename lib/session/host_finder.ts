import type { HostRow, Store } from "../store/store.ts";
import { type Clock, delay } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { type ProcessState, processState } from "../support/process_mark.ts";
import { ControlClient, HostGone, type WaitOptions } from "./control/client.ts";
import { HostSilent } from "./control/host_silent.ts";
import { readToken } from "./control/token.ts";

/** Where hosts are looked for. */
export interface HostFinderOptions {
  readonly home: string;
  readonly store: Store;
  readonly clock: Clock;
  /** Ends what waits. */
  readonly signal: AbortSignal;
  /** Hears of hosts that somebody goes on waiting for and that do not answer, and of null when they do again. */
  readonly onSilence?: (host: HostRow, state: ProcessState | null) => void;
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

  /** A connection to a host that listens. Rejects as {@linkcode ControlClient.connect}. */
  async connect(host: HostRow, options: Partial<WaitOptions> = {}): Promise<ControlClient> {
    const { hostId, socket } = host;
    const { home, signal, clock, onSilence } = this.#options;
    const known = await this.#clients.get(hostId);
    if (known?.isOpen === true) return known;
    const token = readToken(home, hostId);
    if (socket === null || token === null) throw new HostGone("The host does not listen", { host });
    const watch = { host, clock, onSilence: (state: ProcessState | null) => onSilence?.(host, state) };
    const client = ControlClient.connect({ socket, token }, watch, { signal, ...options });
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

/**
 * A host comes and leaves in the database, and no event tells of that which can be counted on: a watch on its file stood
 * still at times in the compiled binary, what lies in `run/` changes before the database does, and a process that is
 * killed writes nothing. So who meets a host in that moment looks again, less and less often, and not for long.
 */
const RETRY_MS = 30;
const LAST_RETRY_MS = 250;
/** A minute, since machines may be slow; for a look some seconds. */
const GIVE_UP_MS = { look: 6_000, act: 60_000, wait: 60_000 } as const;

/**
 * Tries `ask` until it does not end in {@linkcode HostGone}: then it finds another host, or none. Rejects with
 * {@linkcode HostSilent} when a process that lives never answers, or with the signal's reason.
 */
export async function untilAnswered<Result>(
  ask: () => Promise<Result>,
  { clock, signal, patience = "act" }: Pick<HostFinderOptions, "clock"> & WaitOptions,
): Promise<Result> {
  let giveUpAt = clock.now() + GIVE_UP_MS[patience];
  for (let waitMs = RETRY_MS;; waitMs = Math.min(2 * waitMs, LAST_RETRY_MS)) {
    const askedAt = clock.now();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HostGone)) throw error;
      if (clock.now() - askedAt > LAST_RETRY_MS) { // it was there, and was waited for
        giveUpAt = clock.now() + GIVE_UP_MS[patience];
        waitMs = RETRY_MS;
      }
      if (clock.now() >= giveUpAt) throw noAnswer(error);
      await delay(clock, waitMs, signal);
    }
  }
}

function noAnswer({ host }: HostGone): UserError {
  const state = host === null ? "gone" : processState(host.pid, host.startMark);
  if (host === null || state === "gone") {
    return new UserError("Cannot reach the host of the task: it comes and goes", { exitCode: 75 });
  }
  return new HostSilent(host, state, { mayHaveDone: false });
}
