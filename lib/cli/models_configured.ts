import type { LoadedConfig } from "../config/load.ts";
import { type KnownModels, loadKnownModels } from "../config/known_models.ts";
import { modelFacts } from "../config/model_facts.ts";
import { storedFor } from "../config/endpoint.ts";
import { resolveModel, splitModel } from "../config/models.ts";
import type { ModelConfig, ProviderConfig } from "../config/schema.ts";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import { hideSecrets } from "./hide_secrets.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { jsonLine } from "./render/json.ts";
import { renderModels } from "./render/models.ts";

/** A provider as it is shown: never a key, only which ones there are. */
export interface ProviderReport {
  readonly name: string;
  /** Null: it has none; the offline model gets one when it starts. */
  readonly base_url: string | null;
  /** `stored`: added with `hermes auth add` under this label, for the provider's address as it is. */
  readonly keys: readonly { readonly name: string; readonly set: boolean; readonly stored?: true }[];
  /** Whether it can be asked: it has an address, and a key or no need of one. */
  readonly ready: boolean;
}

/** A model that config.yaml names. */
export interface ModelReport extends Pick<ModelConfig, "context_window" | "vision" | "price"> {
  readonly provider: string;
  readonly model: string;
  readonly default: boolean;
  /** What it is for: `chat`, `children`, `tier NAME`, `fallback`. */
  readonly uses: readonly string[];
}

/** What `hermes models --json` prints. */
export interface ModelsReport {
  /** Null when none can be used; `problem` says why. */
  readonly default: { readonly provider: string; readonly model: string } | null;
  readonly problem?: string;
  readonly providers: readonly ProviderReport[];
  readonly models: readonly ModelReport[];
}

/** Prints what is configured; asks no server. */
export async function printConfigured(io: Io, { json }: { readonly json: boolean }): Promise<number> {
  const report = reportModels(loadRunConfig(io, { quiet: false }), await loadKnownModels());
  const { columns } = io.stdout;
  io.stdout.write(json ? jsonLine(report, io.stdout) : renderModels(report, { columns }));
  return EXIT.done;
}

/** All that the configuration says of providers and models. */
export function reportModels(loaded: LoadedConfig, known: KnownModels): ModelsReport {
  const chat = defaultModel(loaded);
  const providers = Object.entries(loaded.config.providers).map(([name, each]) =>
    reportProvider(loaded, name, each)
  );
  return {
    default: chat.model,
    ...(chat.problem === null ? {} : { problem: chat.problem }),
    providers,
    models: reportNamed(loaded, known, chat.model),
  };
}

type Named = { readonly provider: string; readonly model: string };

function defaultModel(loaded: LoadedConfig): { model: Named | null; problem: string | null } {
  try {
    const { provider, model } = resolveModel(loaded, {});
    return { model: { provider, model }, problem: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { model: null, problem: error.message };
  }
}

function reportProvider({ secrets }: LoadedConfig, name: string, provider: ProviderConfig): ProviderReport {
  const names = [provider.key_env].flat().filter((each) => each !== "none");
  const keys = [
    ...(provider.api_key === null ? [] : [{ name: "api_key", set: true }]),
    ...names.map((each) => ({ name: each, set: secrets.get(each) !== undefined })),
    ...storedFor(secrets.stored(name), provider.base_url).map(({ label }) => ({
      name: label,
      set: true,
      stored: true as const,
    })),
  ];
  const hasAddress = provider.base_url !== null || name === "offline";
  return {
    name,
    base_url: provider.base_url === null ? null : hideSecrets(provider.base_url, secrets.known),
    keys,
    ready: hasAddress && (keys.length === 0 || keys.some(({ set }) => set)),
  };
}

/** Each model that the configuration names, once, with all its uses. */
function reportNamed({ config }: LoadedConfig, known: KnownModels, chat: Named | null): ModelReport[] {
  const home = chat?.provider ?? config.model.provider;
  const { delegation } = config;
  const named: [use: string | null, Named][] = [
    ["chat", chat ?? { provider: home, model: config.model.default }],
    ...delegation.model === null
      ? []
      : [["children", place(delegation.model, delegation.provider)] as [string, Named]],
    ...Object.entries(delegation.tiers).map(([name, { model, provider }]): [string, Named] => [
      `tier ${name}`,
      place(model, provider),
    ]),
    ...config.fallback_providers.map(({ provider, model }): [string, Named] => [
      "fallback",
      { provider, model: model ?? config.model.default },
    ]),
    ...Object.keys(config.models).map((name): [null, Named] => [null, place(name, null)]),
  ];
  const groups = Map.groupBy(named, ([, { provider, model }]) => `${provider}/${model}`);
  return [...groups.values()].flatMap((group) => {
    const model = group[0]?.[1];
    return model === undefined ? [] : [reportModel(model, group.flatMap(([use]) => use ?? []))];
  });

  function place(name: string, provider: string | null): Named {
    return provider === null ? splitModel(config, name, home) : { provider, model: name };
  }
  function reportModel(model: Named, uses: readonly string[]): ModelReport {
    const { context_window, vision, price } = modelFacts(config, known, model);
    return { ...model, default: uses.includes("chat"), uses, context_window, vision, price };
  }
}
