import type { Broker, Lease, LeaseAsk, RequestOutcome } from "../provider/provider.ts";

const LOST: RequestOutcome = { usage: null, error: { code: "aborted" } };

/** The leases that one child holds. None is ever lost: what the child did not give back, this does. */
export class Leases implements Disposable {
  readonly #broker: Broker;
  readonly #open = new Set<number>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** As {@linkcode Broker.acquire}. A child has one request at a time: a lease it still holds was lost on its way. */
  async acquire(ask: LeaseAsk, signal: AbortSignal): Promise<Lease> {
    this[Symbol.dispose]();
    const lease = await this.#broker.acquire(ask, signal);
    this.#open.add(lease.id);
    return lease;
  }

  /** Gives a lease back; whether the child held it. */
  release(leaseId: number, outcome: RequestOutcome): boolean {
    if (!this.#open.delete(leaseId)) return false;
    this.#broker.release(leaseId, outcome);
    return true;
  }

  /** Gives back what is still held, as aborted. */
  [Symbol.dispose](): void {
    for (const leaseId of [...this.#open]) this.release(leaseId, LOST);
  }
}
