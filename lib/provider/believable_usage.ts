import type { TokenUsage } from "../protocol/conversation.ts";

/** What bounds the tokens of a request and its answer. */
export interface Traffic {
  /** Of the request. A token is at least a byte. */
  readonly sentBytes: number;
  /** Of the answer, as far as it came. */
  readonly answerChars: number;
  /** The most output tokens that were asked for; null: as many as the server likes. */
  readonly outputLimit: number | null;
}

/** What a server may add of its own, such as instructions, pages that it searched, and thinking that it does not send. */
const UNSEEN_TOKENS = 250_000;

/**
 * Reported usage without counts that cannot be true, because so much was neither sent nor received, so that they are
 * estimated like those that were not reported. Null where nothing is left, as where nothing was reported.
 */
export function believableUsage(usage: TokenUsage | null, traffic: Traffic): TokenUsage | null {
  if (usage === null) return null;
  const { sentBytes, answerChars, outputLimit } = traffic;
  const isInputTrue = usage.input <= sentBytes + UNSEEN_TOKENS;
  const isOutputTrue = usage.output <= answerChars + (outputLimit ?? 0) + UNSEEN_TOKENS;
  if (isInputTrue && isOutputTrue) return usage;
  if (!isInputTrue && !isOutputTrue) return null;
  return isInputTrue
    ? { ...usage, output: 0, reasoning: 0 }
    : { input: 0, cached: 0, output: usage.output, reasoning: usage.reasoning };
}
