import type { ModelConfig } from "../config/schema.ts";
import type { TokenUsage } from "../protocol/conversation.ts";

type Price = ModelConfig["price"];

/** US dollars per million tokens of one request. */
export type Rate = Omit<NonNullable<Price>, "long">;

/** What a request with so many input tokens is billed at: some prices are higher for all of a long request. */
export function rateOf(price: NonNullable<Price>, input: number): Rate {
  return price.long !== null && input > price.long.above ? price.long : price;
}

/** US dollars for `usage` at a price in US dollars per million tokens; null when there is no price. */
export function costOf(usage: TokenUsage, price: Price): number | null {
  if (price === null) return null;
  const { input, cached, written = 0, output } = usage;
  const rate = rateOf(price, input);
  const fresh = Math.max(0, input - cached - written);
  const sent = fresh * rate.input + cached * (rate.cached ?? rate.input) +
    written * (rate.cache_write ?? rate.input);
  return (sent + output * rate.output) / 1e6;
}

/** The most US dollars for so many tokens at a price, whatever of the input goes through a cache; null without a price. */
export function mostOf({ input, output }: Pick<TokenUsage, "input" | "output">, price: Price): number | null {
  if (price === null) return null;
  const rate = rateOf(price, input);
  const dearest = Math.max(rate.input, rate.cached ?? 0, rate.cache_write ?? 0);
  return (input * dearest + output * rate.output) / 1e6;
}
