import type { ModelRef } from "../protocol/model_ref.ts";
import { UserError } from "../support/errors.ts";
import { endpointOf, isUsable, noProvider } from "./endpoint.ts";
import type { LoadedConfig } from "./load.ts";
import { nearest } from "./nearest.ts";
import type { Config, ModelConfig } from "./schema.ts";

/** What a run asks for, mostly from flags. */
export interface ModelWish {
  readonly model?: string;
  readonly provider?: string;
  /** The offline model, whatever else is configured. */
  readonly offline?: boolean;
}

/** Providers whose own model names look like `vendor/model`. */
const VENDOR_NAMED = ["openrouter"];

/** Providers whose own model names have no slash, so that one in a name was meant for a provider. */
export const PLAIN_NAMED: readonly string[] = ["openai", "anthropic", "gemini", "deepseek", "xai", "mistral"];

/**
 * The model of a run. `provider/model` names both where the prefix is a configured provider, except while the
 * provider is openrouter, whose names look like that: there `--provider` decides.
 * Throws {@linkcode UserError} 78 for an unknown provider, and when the provider has no key.
 */
export function resolveModel(loaded: LoadedConfig, wish: ModelWish): ModelRef {
  if (wish.offline === true) return { provider: "offline", model: "offline", reasoningEffort: null };
  const { config } = loaded;
  const home = wish.provider ?? homeProvider(loaded, wish.model);
  const { provider, model } = wish.model === undefined || wish.provider !== undefined
    ? { provider: home, model: wish.model ?? config.model.default }
    : splitModel(config, wish.model, home);
  checkEndpoint(loaded, provider, takenFor(config, wish, provider));
  if (provider === "offline") return { provider, model: "offline", reasoningEffort: null };
  return { provider, model, reasoningEffort: modelSettings(config, { provider, model }).reasoning_effort };
}

/**
 * What a name that was given without `--provider` was taken for, where that may not be what was meant: its prefix is no
 * provider, or it is the name of one. Null: it is clear, or nobody can tell.
 */
export function takenFor(config: Config, { model, provider }: ModelWish, home: string): string | null {
  if (model === undefined || provider !== undefined) return null;
  const names = Object.keys(config.providers);
  if (names.includes(model)) {
    return `"${model}" is a provider and was taken for a model of "${home}": name one of its models as ${model}/NAME`;
  }
  const [prefix = "", ...rest] = model.split("/");
  if (rest.length === 0 || names.includes(prefix)) return null;
  const near = nearest(prefix, names);
  const meant = near === null ? "" : `, did you mean "${[near, ...rest].join("/")}"?`;
  return `no provider is called "${prefix}", so "${model}" was taken for a model of "${home}"${meant}`;
}

function checkEndpoint(loaded: LoadedConfig, provider: string, taken: string | null): void {
  try {
    endpointOf(loaded, provider);
  } catch (error) {
    if (taken === null || !(error instanceof UserError)) throw error;
    throw new UserError(`${error.message} (${taken})`, {
      exitCode: error.exitCode,
      cause: error,
      ...error.hint === undefined ? {} : { hint: error.hint },
    });
  }
}

/** What config knows of a model, by `provider/model` or by `model`; all null when it knows nothing. */
export function modelSettings(config: Config, model: Pick<ModelRef, "provider" | "model">): ModelConfig {
  const names = [`${model.provider}/${model.model}`, model.model];
  const known = names.find((name) => Object.hasOwn(config.models, name));
  return (known === undefined ? undefined : config.models[known]) ?? UNKNOWN_MODEL;
}

/** `provider/model` taken apart where the prefix is a configured provider; any other name belongs to `home`. */
export function splitModel(config: Config, name: string, home: string): { provider: string; model: string } {
  const slash = name.indexOf("/");
  const prefix = name.slice(0, Math.max(0, slash));
  const isPrefixed = prefix !== "" && Object.hasOwn(config.providers, prefix);
  if (!isPrefixed || (VENDOR_NAMED.includes(home) && prefix !== home)) return { provider: home, model: name };
  return { provider: prefix, model: name.slice(slash + 1) };
}

const UNKNOWN_MODEL: ModelConfig = {
  context_window: null,
  max_output_tokens: null,
  reasoning_effort: null,
  vision: null,
  price: null,
};

/** The provider that config names. `auto` needs no key of its own while the wished model names a provider. */
function homeProvider(loaded: LoadedConfig, model: string | undefined): string {
  const named = loaded.config.model.provider;
  if (named !== "auto") return named;
  const usable = Object.keys(loaded.config.providers).find((name) => isUsable(loaded, name));
  if (usable !== undefined) return usable;
  const prefixed = model === undefined ? named : splitModel(loaded.config, model, named).provider;
  if (prefixed !== named) return prefixed;
  throw noProvider(loaded);
}
