import { ANTHROPIC, ANTHROPIC_ADAPTIVE, ANTHROPIC_PLAIN } from "./anthropic.ts";
import type { Family } from "./family.ts";
import { OPENAI, OPENAI_UNKNOWN } from "./openai_responses.ts";
import { GEMINI, OPENROUTER } from "./signing_families.ts";
import { GROQ, GROQ_WITHOUT_REASONING, MISTRAL, XAI } from "./strict_families.ts";
import { DEEPSEEK_REASONER, DEEPSEEK_UNKNOWN, KIMI } from "./thinking_families.ts";

/** Every provider whose rules are emulated. */
export const FAMILIES: readonly Family[] = [
  DEEPSEEK_REASONER,
  DEEPSEEK_UNKNOWN,
  KIMI,
  GEMINI,
  MISTRAL,
  ANTHROPIC,
  ANTHROPIC_ADAPTIVE,
  ANTHROPIC_PLAIN,
  OPENAI,
  OPENAI_UNKNOWN,
  XAI,
  GROQ,
  GROQ_WITHOUT_REASONING,
  OPENROUTER,
];
