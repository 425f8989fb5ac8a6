import type { ContextLimits } from "../protocol/worker_messages.ts";
import type { Spill } from "../support/spill.ts";

/** The limits of a loop, and what it does with what does not fit. */
export interface ContextCare extends ContextLimits {
  /** The first user message is the goal of a child, which is never cut. */
  readonly firstIsGoal: boolean;
  readonly spill: Spill;
}

/** Tokens that a request may have; null: unknown. At least half of the window, whatever the answer may take. */
export function roomOf({ window, outputLimit }: ContextLimits): number | null {
  if (window === null) return null;
  return Math.max(window - (outputLimit ?? 0), window / 2);
}
