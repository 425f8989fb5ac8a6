import type { EventBody } from "../protocol/events.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { Clock } from "../support/clock.ts";
import type { BudgetAccount } from "./budget_account.ts";
import type { RequestOutcome } from "./provider.ts";
import type { Passage } from "./rate_gate.ts";

/** Why a request goes on with another key, by the code of its error. */
const KEY_TROUBLE: Readonly<Record<string, string>> = {
  rate_limited: "over its rate limit",
  quota: "no credit left",
  auth: "refused",
};

/** Tells what the broker did, each thing once, never with a key. */
export class BrokerNews {
  readonly #clock: Clock;
  readonly #emit: (body: EventBody, taskId?: string) => void;
  readonly #priceless = new Set<string>();
  readonly #limitedUntil = new Map<string, number>();

  constructor(clock: Clock, emit: (body: EventBody, taskId?: string) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** A request goes to a model without a price while a budget in US dollars is set. */
  priceUnknown({ provider, model }: ModelRef, { scopes }: BudgetAccount): void {
    const name = `${provider}/${model}`;
    if (this.#priceless.has(name) || scopes.every(({ caps }) => caps.usd === null)) return;
    this.#priceless.add(name);
    this.#emit({ type: "price.unknown", provider, model });
  }

  /** A request has ended; `nextRoomMs` until another one like it could start, Infinity when none can. */
  ended({ ask, otherKeys, credential }: Passage, { error }: RequestOutcome, nextRoomMs: number): void {
    const why = error === null ? undefined : KEY_TROUBLE[error.code];
    if (why === undefined) return;
    const { provider } = ask.endpoint;
    if (otherKeys > 0 && nextRoomMs === 0) {
      const key = credential.name ?? "its key";
      return this.#emit(
        { type: "credential.rotated", provider, why: `${key}: ${why}` },
        ask.agent ?? undefined,
      );
    }
    if (error?.code !== "rate_limited" || nextRoomMs === Infinity) return;
    this.#limited(provider, ask, nextRoomMs);
  }

  /** One pause is told once, however many run into it. */
  #limited(provider: string, { model, agent }: Passage["ask"], waitMs: number): void {
    const now = this.#clock.now();
    const name = `${provider}/${model}`;
    if ((this.#limitedUntil.get(name) ?? 0) > now) return;
    this.#limitedUntil.set(name, now + waitMs);
    this.#emit({ type: "rate.limited", provider, wait_ms: Math.ceil(waitMs) }, agent ?? undefined);
  }
}
