import type { TokenUsage } from "../protocol/conversation.ts";
import { type CountedTokens, countedTokens, later, tokensOf } from "./counted_tokens.ts";
import { amountOf, type Fields, isObject, objectOf } from "./loose_values.ts";

/** Collects what the chunks of one answer report of its usage and its cost. */
export class ReportedUsage {
  readonly #isCacheApart: boolean;
  #tokens: CountedTokens | null = null;
  #usage: TokenUsage | null = null;
  #costUsd: number | null = null;

  /** `isCacheApart`: what went through the cache is not counted as input, as on the Messages wire. */
  constructor({ isCacheApart = false }: { readonly isCacheApart?: boolean } = {}) {
    this.#isCacheApart = isCacheApart;
  }

  /** What was reported so far, the same object until more is; null: nothing that counts a token. */
  get usage(): TokenUsage | null {
    return this.#usage;
  }

  /** US dollars; null: none were reported. */
  get costUsd(): number | null {
    return this.#costUsd;
  }

  /** Takes in a chunk, wherever in it the usage stands. */
  add(chunk: Fields): void {
    const usage = usageIn(chunk);
    if (usage === null) return;
    this.#tokens = later(this.#tokens, countedTokens(usage, this.#isCacheApart));
    this.#usage = this.#tokens === null ? null : tokensOf(this.#tokens);
    this.#costUsd = costOfUsage(usage) ?? this.#costUsd;
  }
}

/** Where servers put it: into the chunk, or as Groq, the Responses and Messages wires, Kimi, and errors do. */
function usageIn(chunk: Fields): Fields | null {
  const { x_groq: groq, response, message, choices, error } = chunk;
  return ownUsage(chunk) ?? ownUsage(groq) ?? ownUsage(response) ?? ownUsage(message) ??
    (Array.isArray(choices) ? ownUsage(choices[0]) : null) ?? ownUsage(error) ??
    ownUsage(objectOf(error).metadata);
}

function ownUsage(place: unknown): Fields | null {
  if (!isObject(place)) return null;
  const usage = place.usage ?? place.usage_metadata ?? place.usageMetadata;
  return isObject(usage) ? usage : null;
}

/** Ticks of xAI in a US dollar (xAI API, usage). */
const TICKS_PER_USD = 1e10;

/**
 * `cost` is what the gateway charges in US dollars; for a request with the user's own key at the model's maker
 * (`is_byok`), what that one charges comes on top (OpenRouter, usage accounting). Perplexity names its `total_cost`, xAI
 * counts in ticks, and where it is served by others these are 0. Null where none is reported.
 */
function costOfUsage(usage: Fields): number | null {
  const { cost, cost_in_usd_ticks: ticks, is_byok: isByok } = usage;
  const own = isObject(cost) ? cost.total_cost : cost ?? usage.estimated_cost;
  if (own === undefined) {
    const usd = amountOf(ticks) / TICKS_PER_USD;
    return usd > 0 && isDollars(usd) ? usd : null;
  }
  if (!isDollars(own)) return null;
  const upstream = objectOf(usage.cost_details).upstream_inference_cost;
  return own + (isByok === true && isDollars(upstream) ? upstream : 0);
}

/** More than any request costs: ten million tokens at the dearest price that there is come to less. */
const MOST_USD = 10_000;

function isDollars(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MOST_USD;
}
