import { type Lessons, withLessons } from "../protocol/dialect.ts";
import { modelName, type ModelRef, type ModelWays } from "../protocol/model_ref.ts";
import { UserError } from "../support/errors.ts";
import { dialectOf } from "./dialects.ts";
import type { LoadedConfig } from "./load.ts";
import { endpointOf } from "./endpoint.ts";
import { modelSettings } from "./models.ts";

/** What the ways to a model depend on beside config.yaml. */
export interface WaysGround {
  /** What requests of the session have in common. */
  readonly cacheKey: string;
  /** What was learned of a model at this base URL; null: nothing. */
  readonly lessonsOf: (baseUrl: string | null, model: string) => Lessons | null;
  /** The longest answer that a model can give, in tokens; null: unknown. */
  readonly longestOf: (model: ModelRef) => number | null;
}

/**
 * What the client of a model has to know: the fallbacks that can be used, each with the effort that `models` has for it,
 * and how each of them wants to be asked. The offline model, which is never down, has none.
 */
export function waysOf(loaded: LoadedConfig, model: ModelRef, ground: WaysGround): ModelWays {
  const fallbacks = model.provider === "offline"
    ? []
    : usable(loaded).map((each) => placed(loaded, each, model));
  const others = fallbacks.filter(({ provider, model: name }) =>
    provider !== model.provider || name !== model.model
  );
  const dialects = [model, ...others].map((each) => {
    const dialect = { ...dialectOf(loaded.config, each), maxOutput: ground.longestOf(each) };
    const lessons = ground.lessonsOf(loaded.config.providers[each.provider]?.base_url ?? null, each.model);
    return [modelName(each), lessons === null ? dialect : withLessons(dialect, lessons)] as const;
  });
  return { fallbacks: others, dialects: Object.fromEntries(dialects), cacheKey: ground.cacheKey };
}

/** Why entries of `fallback_providers` are passed over, each in a sentence. */
export function passedOver(loaded: LoadedConfig): readonly string[] {
  const problems = loaded.config.fallback_providers.map(({ provider }) => problemOf(loaded, provider));
  return [...new Set(problems.filter((problem) => problem !== null))];
}

type Fallback = LoadedConfig["config"]["fallback_providers"][number];

function usable(loaded: LoadedConfig): readonly Fallback[] {
  return loaded.config.fallback_providers.filter(({ provider }) => problemOf(loaded, provider) === null);
}

function placed({ config }: LoadedConfig, fallback: Fallback, planned: ModelRef): ModelRef {
  const model = { provider: fallback.provider, model: fallback.model ?? planned.model };
  return { ...model, reasoningEffort: modelSettings(config, model).reasoning_effort };
}

function problemOf(loaded: LoadedConfig, provider: string): string | null {
  if (provider === "offline") return 'Cannot fall back to provider "offline": it knows no answers';
  try {
    endpointOf(loaded, provider);
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.replace("Cannot use provider", "Cannot fall back to provider");
  }
}
