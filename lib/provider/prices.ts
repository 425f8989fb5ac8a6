import type { ModelConfig } from "../config/schema.ts";
import type { TokenUsage } from "../protocol/conversation.ts";

/** US dollars for `usage` at a price in US dollars per million tokens; null when there is no price. */
export function costOf(usage: TokenUsage, price: ModelConfig["price"]): number | null {
  if (price === null) return null;
  const fresh = usage.input - usage.cached;
  return (fresh * price.input + usage.cached * (price.cached ?? price.input) + usage.output * price.output) /
    1e6;
}
