import type { HostRow, Store } from "../store/store.ts";
import { type Clock, delay } from "../support/clock.ts";
import { type ControlClient, HostGone } from "./control/client.ts";
import { readToken } from "./control/token.ts";
import { greetHost, noAnswer } from "./greet_host.ts";

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
  async connect(host: HostRow): Promise<ControlClient> {
    const { hostId, socket } = host;
    const { home } = this.#options;
    const known = await this.#clients.get(hostId);
    if (known?.isOpen === true) return known;
    const token = readToken(home, hostId);
    if (socket === null || token === null) throw new HostGone("The host does not listen");
    const client = greetHost(host, { socket, token }, this.#options);
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

/** A host that is just coming or just leaving is asked again after so long: for a minute, since machines may be slow. */
const RETRY_MS = 30;
const MAX_RETRIES = 2_000;

/**
 * Tries `ask` until it does not end in {@linkcode HostGone}: then it finds another host, or none. Rejects with a
 * `UserError` when a process that lives never answers, or with the signal's reason.
 */
export async function untilAnswered<Result>(
  ask: () => Promise<Result>,
  { clock, signal }: Pick<HostFinderOptions, "clock" | "signal">,
): Promise<Result> {
  for (let tries = 0; tries < MAX_RETRIES; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HostGone)) throw error;
      await delay(clock, RETRY_MS, signal);
    }
  }
  throw noAnswer();
}
