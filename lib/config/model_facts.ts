import type { ModelRef } from "../protocol/model_ref.ts";
import type { KnownModel, KnownModels } from "./known_models.ts";
import { modelSettings } from "./models.ts";
import { BUILT_IN_PROVIDERS } from "./providers.ts";
import type { Config, ModelConfig } from "./schema.ts";

/** All that is known of a model: what config.yaml says, and the table of well-known ones where that says nothing. */
export interface ModelFacts extends ModelConfig {
  /** The most tokens that may be sent; null: whatever the answer leaves of the window. */
  readonly max_input_tokens: number | null;
  /** The longest answer that it can give when no limit is sent, in tokens; null: unknown. */
  readonly longest_answer: number | null;
  /** Whether somebody bills for it: not for the offline model, nor for your own server. */
  readonly is_billed: boolean;
  /** Where the price is from; null: config.yaml, or there is none. */
  readonly priced_by: Pick<KnownModel, "date" | "source"> | null;
}

/** What is known of a model; config.yaml goes first, field by field, a price as a whole. */
export function modelFacts(
  config: Config,
  known: KnownModels,
  model: Pick<ModelRef, "provider" | "model">,
): ModelFacts {
  const settings = modelSettings(config, model);
  const row = known.find(config, model);
  const window = settings.context_window ?? row?.context_window ?? null;
  return {
    context_window: window,
    max_output_tokens: settings.max_output_tokens,
    reasoning_effort: settings.reasoning_effort,
    vision: settings.vision ?? row?.vision ?? null,
    price: settings.price ?? row?.price ?? null,
    max_input_tokens: settings.context_window === null ? row?.max_input_tokens ?? null : null,
    longest_answer: settings.max_output_tokens === null ? row?.max_output_tokens ?? null : null,
    is_billed: isBilled(config, model.provider),
    priced_by: settings.price === null && row !== null && row.price !== null
      ? { date: row.date, source: row.source }
      : null,
  };
}

/** Whether a budget in US dollars can hold for a model. */
export function holdsUsd({ price, is_billed }: Pick<ModelFacts, "price" | "is_billed">): boolean {
  return price !== null || !is_billed;
}

/** The built-in `local`, where it was left as it is, is a server on this machine that needs no key. */
export function isBilled({ providers }: Config, name: string): boolean {
  if (name === "offline") return false;
  const provider = providers[name];
  const builtIn = BUILT_IN_PROVIDERS.local;
  return name !== "local" || provider?.base_url !== builtIn?.base_url ||
    provider?.key_env !== builtIn?.key_env || provider?.api_key !== null;
}
