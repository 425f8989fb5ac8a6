import { ANTHROPIC, ANTHROPIC_ADAPTIVE, ANTHROPIC_PLAIN } from "./anthropic.ts";
import type { Family } from "./family.ts";
import { OPENAI, OPENAI_UNKNOWN } from "./openai_responses.ts";
import { GEMINI, OPENROUTER } from "./signing_families.ts";
import { GROQ, GROQ_WITHOUT_REASONING, MISTRAL, XAI } from "./strict_families.ts";
import { DEEPSEEK_REASONER, DEEPSEEK_UNKNOWN, KIMI } from "./thinking_families.ts";

/** One of each provider whose rules are emulated. */
export const PROVIDERS: readonly Family[] = [
  DEEPSEEK_REASONER,
  KIMI,
  GEMINI,
  MISTRAL,
  ANTHROPIC,
  OPENAI,
  XAI,
  GROQ,
  OPENROUTER,
];

/** The same, and models of theirs that have other rules, or of which these have to be learned. */
export const FAMILIES: readonly Family[] = [
  ...PROVIDERS,
  ANTHROPIC_ADAPTIVE,
  DEEPSEEK_UNKNOWN,
  OPENAI_UNKNOWN,
  GROQ_WITHOUT_REASONING,
  ANTHROPIC_PLAIN,
];
