import type { TokenUsage } from "../protocol/conversation.ts";
import { countOf, type Fields, objectOf } from "./loose_values.ts";

/**
 * The tokens of a `usage` object of the Messages wire. There `input_tokens` are those that were neither read from the
 * cache nor written into it, and thinking is a part of `output_tokens` (Anthropic, prompt caching).
 */
export function messagesUsage(usage: Fields): TokenUsage {
  const cached = countOf(usage.cache_read_input_tokens);
  const written = countOf(usage.cache_creation_input_tokens);
  const output = countOf(usage.output_tokens);
  const thinking = countOf(objectOf(usage.output_tokens_details).thinking_tokens);
  return {
    input: countOf(usage.input_tokens) + cached + written,
    cached,
    ...(written === 0 ? {} : { written }),
    output,
    reasoning: Math.min(output, thinking),
  };
}
