import type { ModelConfig } from "../config/schema.ts";
import type { TokenUsage } from "../protocol/conversation.ts";

/** US dollars for `usage` at a price in US dollars per million tokens; null when there is no price. */
export function costOf(usage: TokenUsage, price: ModelConfig["price"]): number | null {
  if (price === null) return null;
  const { input, cached, written = 0, output } = usage;
  const fresh = Math.max(0, input - cached - written);
  const sent = fresh * price.input + cached * (price.cached ?? price.input) +
    written * (price.cache_write ?? price.input);
  return (sent + output * price.output) / 1e6;
}

/** The most US dollars for so many tokens at a price, whatever of the input goes through a cache; null without a price. */
export function mostOf(
  { input, output }: Pick<TokenUsage, "input" | "output">,
  price: ModelConfig["price"],
): number | null {
  if (price === null) return null;
  const dearest = Math.max(price.input, price.cached ?? 0, price.cache_write ?? 0);
  return (input * dearest + output * price.output) / 1e6;
}
