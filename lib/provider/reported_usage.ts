import type { TokenUsage } from "../protocol/conversation.ts";
import { countOf, type Fields, objectOf } from "./loose_values.ts";

/** The tokens of a `usage` object of the Chat Completions wire. */
export function chatUsage(usage: Fields): TokenUsage {
  return clamped({
    input: countOf(usage.prompt_tokens),
    cached: countOf(objectOf(usage.prompt_tokens_details).cached_tokens ?? usage.prompt_cache_hit_tokens),
    output: countOf(usage.completion_tokens),
    reasoning: countOf(objectOf(usage.completion_tokens_details).reasoning_tokens),
  });
}

/** The tokens of a `usage` object of the Responses wire. */
export function responsesUsage(usage: Fields): TokenUsage {
  return clamped({
    input: countOf(usage.input_tokens),
    cached: countOf(objectOf(usage.input_tokens_details).cached_tokens),
    output: countOf(usage.output_tokens),
    reasoning: countOf(objectOf(usage.output_tokens_details).reasoning_tokens),
  });
}

/**
 * `cost` is what the gateway charges in US dollars; for a request with the user's own key at the model's maker
 * (`is_byok`), what that one charges comes on top (OpenRouter, usage accounting). Null where none is reported.
 */
export function costOfUsage(usage: Fields): number | null {
  const { cost, is_byok: isByok } = usage;
  if (!isDollars(cost)) return null;
  const upstream = objectOf(usage.cost_details).upstream_inference_cost;
  return cost + (isByok === true && isDollars(upstream) ? upstream : 0);
}

/** A part is never more than its whole, whatever a server says. */
function clamped({ input, cached, output, reasoning }: TokenUsage): TokenUsage {
  return { input, cached: Math.min(input, cached), output, reasoning: Math.min(output, reasoning) };
}

function isDollars(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
