import { addUsage, NO_USAGE, type TokenUsage } from "../protocol/conversation.ts";
import type { RequestRow } from "./store.ts";

/** What a number of requests came to. */
export interface UsageSum {
  readonly requests: number;
  /** How many of them are our estimate, because their server reported nothing. */
  readonly estimates: number;
  readonly usage: TokenUsage;
  /** US dollars of those whose cost is known; null: of none. */
  readonly usd: number | null;
  /** How many of them used tokens that nobody knows a price of. */
  readonly unpriced: number;
}

/** The requests to one model with one key. */
export interface UsageGroup extends UsageSum {
  readonly provider: string;
  readonly model: string;
  /** The fingerprint of the key; null without one. */
  readonly key: string | null;
}

/** What no request at all comes to. */
export const NO_REQUESTS: UsageSum = { requests: 0, estimates: 0, usage: NO_USAGE, usd: null, unpriced: 0 };

/** The sum of several sums. */
export function sumUsage(sums: Iterable<UsageSum>): UsageSum {
  let total = NO_REQUESTS;
  for (const each of sums) {
    total = {
      requests: total.requests + each.requests,
      estimates: total.estimates + each.estimates,
      usage: addUsage(total.usage, each.usage),
      usd: each.usd === null ? total.usd : (total.usd ?? 0) + each.usd,
      unpriced: total.unpriced + each.unpriced,
    };
  }
  return total;
}

/** One request as a sum of one. */
export function usageOf({ usage, isEstimate, usd }: RequestRow): UsageSum {
  const isUnpriced = usd === null && usage.input + usage.output > 0;
  return { requests: 1, estimates: isEstimate ? 1 : 0, usage, usd, unpriced: isUnpriced ? 1 : 0 };
}

/** Adds requests up as they end, by model and key; it grows with these, not with the requests. */
export class UsageTally {
  readonly #groups = new Map<string, UsageGroup>();

  add(request: RequestRow): void {
    const { provider, model, key } = request;
    const id = JSON.stringify([provider, model, key]);
    const sum = sumUsage([this.#groups.get(id) ?? NO_REQUESTS, usageOf(request)]);
    this.#groups.set(id, { provider, model, key, ...sum });
  }

  /** In the order in which they came first. */
  get groups(): readonly UsageGroup[] {
    return [...this.#groups.values()];
  }
}
