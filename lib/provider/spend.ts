import type { ModelConfig } from "../config/schema.ts";
import type { TokenUsage } from "../protocol/conversation.ts";
import { mostOf, rateOf } from "./prices.ts";
import type { Amounts } from "../store/spend_book.ts";
import type { Caps } from "./provider.ts";

/** Nothing at all. */
export const NOTHING: Amounts = { usd: 0, tokens: 0, requests: 0 };

/** What can be capped. */
export const UNITS = ["usd", "tokens", "requests"] as const;

/** What one request at a price comes to at most; without a price its dollars count as none. */
export function requestCost(
  usage: Pick<TokenUsage, "input" | "output">,
  price: ModelConfig["price"],
): Amounts {
  return { usd: mostOf(usage, price) ?? 0, tokens: usage.input + usage.output, requests: 1 };
}

/** The sum of two amounts. */
export function plus(a: Amounts, b: Amounts): Amounts {
  return { usd: a.usd + b.usd, tokens: a.tokens + b.tokens, requests: a.requests + b.requests };
}

/** What is left of `a` after `b`. */
export function minus(a: Amounts, b: Amounts): Amounts {
  return { usd: a.usd - b.usd, tokens: a.tokens - b.tokens, requests: a.requests - b.requests };
}

/** The smaller of each. */
export function least(a: Amounts, b: Amounts): Amounts {
  return {
    usd: Math.min(a.usd, b.usd),
    tokens: Math.min(a.tokens, b.tokens),
    requests: Math.min(a.requests, b.requests),
  };
}

/** Caps as amounts: where there is none, Infinity. */
export function amountsOf({ usd, tokens, requests }: Caps): Amounts {
  return { usd: usd ?? Infinity, tokens: tokens ?? Infinity, requests: requests ?? Infinity };
}

/**
 * The most output tokens that a request with so much input may ask for within `left`; negative when not even its input
 * fits.
 */
export function affordableOutput(left: Amounts, input: number, price: ModelConfig["price"]): number {
  if (left.requests < 1) return -1;
  const usd = left.usd - requestCost({ input, output: 0 }, price).usd;
  const perToken = price === null ? 0 : rateOf(price, input).output / 1e6;
  if (usd < 0) return -1;
  return Math.floor(Math.min(left.tokens - input, perToken === 0 ? Infinity : usd / perToken));
}
