import { type Api, type Dialect, PLAIN_DIALECT, type Quirk } from "../protocol/dialect.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { Config } from "./schema.ts";

/**
 * Models of OpenAI that take no function tools over Chat Completions, or none at all (their model pages; the words of
 * the refusal name /v1/responses). With `api: auto` others are asked there first.
 */
const RESPONSES_FIRST = /^(gpt-5\.[5-9]|gpt-[6-9]|.*-codex|.*-pro|.*deep-research|computer-use)/;

/** What models are known to want of a history that they did not write themselves (their providers' API references). */
const KNOWN_QUIRKS: readonly (readonly [Quirk, RegExp])[] = [
  ["thought_signature", /gemini-(3|[4-9])/],
  ["reasoning_content", /deepseek-(reasoner|v[4-9])|kimi-(k2\.[5-9]|k[3-9]|.*thinking|for-coding)/],
  ["text_beside_calls", /(^|\/)grok-/],
  ["nine_char_ids", /^(.*\/)?(mistral|magistral|ministral|devstral|codestral|pixtral)-/],
];

/** How a model is asked as far as config.yaml and common knowledge say it. */
export function dialectOf(
  config: Config,
  { provider, model }: Pick<ModelRef, "provider" | "model">,
): Dialect {
  const settings = config.providers[provider];
  if (settings === undefined) return PLAIN_DIALECT;
  const known = KNOWN_QUIRKS.filter(([, pattern]) => pattern.test(model)).map(([quirk]) => quirk);
  const quirks: readonly Quirk[] = settings.assistant_after_tools
    ? [...known, "assistant_after_tools"]
    : known;
  return {
    ...PLAIN_DIALECT,
    api: settings.api === "auto" ? firstApi(model) : settings.api,
    isApiOpen: settings.api === "auto",
    limitField: settings.output_limit_field,
    takesCacheKey: provider === "openai",
    quirks,
  };
}

function firstApi(model: string): Api {
  return RESPONSES_FIRST.test(model) ? "responses" : "chat";
}
