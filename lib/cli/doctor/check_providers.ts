import { loadKnownModels } from "../../config/known_models.ts";
import { endpointOf } from "../../config/endpoint.ts";
import { resolveModel } from "../../config/models.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { ProviderError, type ProviderErrorCode, UserError } from "../../support/errors.ts";
import { reportModels } from "../models_configured.ts";
import { servedModels } from "../models_served.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** How long a server may take to answer. */
const TIMEOUT_MS = 5_000;

/** Whether the default model can be asked, and every other model that config.yaml gives a use. Asks for lists only. */
export async function checkProviders({ loaded }: Patient): Promise<readonly Finding[]> {
  if (loaded === null) {
    return [finding("providers", "warning", "not looked at: config.yaml cannot be used")];
  }
  const report = reportModels(loaded, await loadKnownModels());
  const used = report.models.filter(({ uses, default: isDefault }) => uses.length > 0 && !isDefault);
  const home = report.default?.provider;
  const others = Map.groupBy(used, ({ provider }) => provider);
  const names = new Set([...home === undefined ? [] : [home], ...others.keys()]);
  const found = await Promise.all([...names].map((provider) => {
    const isHome = provider === home;
    const models = (others.get(provider) ?? []).map(({ model }) => model);
    return checkProvider(loaded, provider, {
      models: isHome && report.default !== null ? [report.default.model, ...models] : models,
      isHome,
    });
  }));
  return [...report.default === null ? [noDefault(loaded)] : [], ...found.flat()];
}

/** Says why no model can be had, and the ways out. */
function noDefault(loaded: LoadedConfig): Finding {
  try {
    resolveModel(loaded, {});
    return finding("providers", "ok", "there is a default model");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return finding("providers", "problem", error.message, error.hint);
  }
}

async function checkProvider(
  loaded: LoadedConfig,
  provider: string,
  { models, isHome }: { readonly models: readonly string[]; readonly isHome: boolean },
): Promise<readonly Finding[]> {
  const bad = isHome ? "problem" : "warning";
  if (provider === "offline") return [finding("providers", "ok", "offline: it answers without a network")];
  try {
    const served = await servedModels(endpointOf(loaded, provider), loaded.secrets.known, TIMEOUT_MS);
    const missing = models.filter((model) => !served.includes(model));
    if (missing.length === 0) {
      return [finding("providers", "ok", `${provider}: answers, has ${models.join(", ")}`)];
    }
    const message = `${provider}: answers, but does not list ${missing.join(", ")}`;
    return [
      finding("providers", "warning", message, `See what it has: hermes models --provider ${provider}`),
    ];
  } catch (error) {
    if (error instanceof UserError) return [finding("providers", bad, error.message, error.hint)];
    if (!(error instanceof ProviderError)) throw error;
    if (LISTS_NOTHING.includes(error.code)) {
      return [finding("providers", "ok", `${provider}: answers, but has no list of models to compare with`)];
    }
    return [finding("providers", bad, `${provider}: ${error.message}`, error.hint ?? HINTS[error.code])];
  }
}

/** What a server says that speaks the protocol without this part of it. */
const LISTS_NOTHING: readonly ProviderErrorCode[] = ["bad_request", "malformed"];

const HINTS: Readonly<Partial<Record<ProviderErrorCode, string>>> = {
  auth: "Check its key: hermes auth list",
  setup: "Check the variables of proxies and of certificates",
  unreachable: "Check its base_url in config.yaml, the network, and that the server runs",
  timeout: "Check its base_url in config.yaml, the network, and that the server runs",
  server: "Try again later: the server has trouble of its own",
  rate_limited: "Try again later: the server limits this key",
};
