/** By which way a result reached its owner. */
export type DeliveryWay = "collect" | "notice" | "cancel" | "print";

/** The session's own agent, or the shell, is owner null; a child agent is the id of its task. */
export type OwnerId = string | null;

/**
 * Who has got which result: each goes to its owner exactly once. A claim counts when the owner's conversation holds
 * the result (`confirm`); until then it can be given back.
 */
export interface DeliveryLedger {
  /** Whether the result was still free and is now claimed by its owner. */
  claim(taskId: string, owner: OwnerId, way: DeliveryWay): boolean;
  /** All claims of this owner now stand in its stored conversation. Returns what was delivered by it. */
  confirm(owner: OwnerId): readonly { readonly taskId: string; readonly way: DeliveryWay }[];
  /** The claims of this owner that were not confirmed are free again: all, or the one of this task. */
  giveBack(owner: OwnerId, taskId?: string): void;
  /** Whether the result was claimed, confirmed or not. */
  isClaimed(taskId: string): boolean;
  /** The same, also by another process: looked up where it is kept. */
  isDelivered(taskId: string): boolean;
}

/** A ledger that lives as long as its process. */
export class MemoryLedger implements DeliveryLedger {
  readonly #delivered: Set<string>;
  readonly #claims = new Map<string, { owner: OwnerId; way: DeliveryWay }>();

  /** `delivered`: the tasks whose results were delivered before. */
  constructor(delivered: Iterable<string> = []) {
    this.#delivered = new Set(delivered);
  }

  claim(taskId: string, owner: OwnerId, way: DeliveryWay): boolean {
    if (this.isClaimed(taskId)) return false;
    this.#claims.set(taskId, { owner, way });
    return true;
  }

  confirm(owner: OwnerId): readonly { taskId: string; way: DeliveryWay }[] {
    const confirmed = this.#claimsOf(owner);
    for (const { taskId } of confirmed) {
      this.#claims.delete(taskId);
      this.#delivered.add(taskId);
    }
    return confirmed;
  }

  giveBack(owner: OwnerId, only?: string): void {
    for (const { taskId } of this.#claimsOf(owner)) {
      if (only === undefined || only === taskId) this.#claims.delete(taskId);
    }
  }

  isClaimed(taskId: string): boolean {
    return this.#delivered.has(taskId) || this.#claims.has(taskId);
  }

  isDelivered(taskId: string): boolean {
    return this.isClaimed(taskId);
  }

  #claimsOf(owner: OwnerId): { taskId: string; way: DeliveryWay }[] {
    return [...this.#claims]
      .filter(([, claim]) => claim.owner === owner)
      .map(([taskId, { way }]) => ({ taskId, way }));
  }
}
