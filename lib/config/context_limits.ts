import type { ContextLimits } from "../protocol/worker_messages.ts";
import type { ModelFacts } from "./model_facts.ts";
import type { Config } from "./schema.ts";

/** What an answer is taken to need at most where no limit is sent, in tokens. */
const ROOMY_ANSWER = 32_000;

/** The room that a model has, as far as it is known. */
export function contextLimits({ terminal }: Config, facts: ModelFacts): ContextLimits {
  const { context_window: window, max_input_tokens, max_output_tokens, longest_answer } = facts;
  const answer = max_output_tokens ??
    (longest_answer === null ? null : Math.min(longest_answer, ROOMY_ANSWER));
  const unsendable = window === null || max_input_tokens === null ? null : window - max_input_tokens;
  return {
    window,
    outputLimit: answer === null && unsendable === null ? null : Math.max(answer ?? 0, unsendable ?? 0),
    resultChars: terminal.output_chars,
  };
}
