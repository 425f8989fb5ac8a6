import type { Fields } from "./loose_values.ts";

/** What of a Messages request decides how the model thinks. */
export interface ThinkingAsk {
  readonly model: string;
  /** From config.yaml; null: the server's default, which is no thinking. */
  readonly effort: string | null;
  /** Output tokens, of which thinking takes a part. */
  readonly limit: number;
  readonly mayThink: boolean;
}

/** Tokens to think with where the model takes a number (Anthropic, extended thinking: at least 1,024). */
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1_024,
  low: 4_096,
  medium: 10_240,
  high: 24_576,
};
const MOST_THINKING = 32_768;

/** The fields of a Messages request that set how much the model thinks; none without an effort. */
export function thinkingOf({ model, effort, limit, mayThink }: ThinkingAsk): Fields {
  if (effort === null || effort === "none") return {};
  if (isAdaptive(model)) return { thinking: { type: "adaptive" }, output_config: { effort } };
  const budget = Math.min(BUDGETS[effort] ?? MOST_THINKING, Math.floor(limit / 2));
  return mayThink && budget >= 1_024 ? { thinking: { type: "enabled", budget_tokens: budget } } : {};
}

/** Claude since 4.6 decides by itself how long it thinks, and takes an effort in place of a number. */
function isAdaptive(model: string): boolean {
  const version = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2}))?(?:\D|$)/.exec(model);
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2] ?? 0)];
  return major > 4 || (major === 4 && minor >= 6);
}
