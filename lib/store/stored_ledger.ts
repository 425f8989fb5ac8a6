import { type DeliveryLedger, type DeliveryWay, MemoryLedger, type OwnerId } from "./delivery.ts";

/** Where a ledger keeps what was delivered. */
export interface DeliveryStore {
  /** Whether a delivery is noted on disk. */
  isDelivered(taskId: string): boolean;
  /** Writes deliveries with all that waits; returns those that another process had noted before. */
  deliver(deliveries: readonly Delivery[]): readonly string[];
}

interface Delivery {
  readonly taskId: string;
  readonly way: DeliveryWay;
}

/** A ledger whose claims live in memory and whose deliveries are on disk. */
export class StoredLedger implements DeliveryLedger {
  readonly #memory: MemoryLedger;
  readonly #store: DeliveryStore;
  /** Delivered by other processes since this one began. */
  readonly #elsewhere = new Set<string>();

  /** `delivered`: the tasks whose results were delivered before. */
  constructor(store: DeliveryStore, delivered: Iterable<string>) {
    this.#memory = new MemoryLedger(delivered);
    this.#store = store;
  }

  claim(taskId: string, owner: OwnerId, way: DeliveryWay): boolean {
    return !this.isClaimed(taskId) && !this.#isOnDisk(taskId) && this.#memory.claim(taskId, owner, way);
  }

  isDelivered(taskId: string): boolean {
    try {
      return this.isClaimed(taskId) || this.#isOnDisk(taskId);
    } catch {
      return false; // only a look: who claims hears what is wrong with the disk
    }
  }

  #isOnDisk(taskId: string): boolean {
    if (!this.#store.isDelivered(taskId)) return false;
    this.#elsewhere.add(taskId);
    return true;
  }

  confirm(owner: OwnerId): readonly Delivery[] {
    const confirmed = this.#memory.confirm(owner);
    if (confirmed.length === 0) return confirmed;
    const late = this.#store.deliver(confirmed);
    return confirmed.filter(({ taskId }) => !late.includes(taskId));
  }

  giveBack(owner: OwnerId, taskId?: string): void {
    this.#memory.giveBack(owner, taskId);
  }

  isClaimed(taskId: string): boolean {
    return this.#memory.isClaimed(taskId) || this.#elsewhere.has(taskId);
  }
}
