import { UserError } from "../support/errors.ts";
import type { Transport } from "../support/transport.ts";
import { transportTo } from "../support/transport_to.ts";
import type { StoredKey } from "./credentials.ts";
import { EXIT_CONFIG } from "./home.ts";
import type { LoadedConfig } from "./load.ts";
import { BUILT_IN_PROVIDERS } from "./providers.ts";
import type { ProviderConfig } from "./schema.ts";

/** Where a provider answers and with which keys. Holds secrets: it stays in the parent. */
export interface Endpoint {
  readonly provider: string;
  /** "" for `offline`, whose address only the session that starts it knows. */
  readonly baseUrl: string;
  /** In the order of config, without doubles; empty when it needs none. */
  readonly keys: readonly string[];
  /** What each of `keys` is named to people: its variable, `api_key` or a stored label. */
  readonly keyNames: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** How requests get there; absent: straight. */
  readonly transport?: Transport;
}

/** Where a provider answers. Throws {@linkcode UserError} 78 when it is unknown, has no address or lacks its key. */
export function endpointOf(loaded: LoadedConfig, providerName: string): Endpoint {
  const provider = providerOf(loaded, providerName);
  const unset = unsetOf(loaded, providerName);
  if (unset !== undefined) throw unusable(`Cannot use provider "${providerName}": ${unset}`, SET_IT);
  if (provider.base_url === null && providerName !== "offline") {
    throw unusable(`Cannot use provider "${providerName}": it has no base_url`, `Add one in ${loaded.path}`);
  }
  const names = keyNames(provider);
  const keys = keysOf(loaded, providerName, provider);
  if (keys.size === 0 && names.length > 0) throw missingKey(loaded, providerName, names);
  return {
    provider: providerName,
    baseUrl: provider.base_url ?? "",
    keys: [...keys.keys()],
    keyNames: [...keys.values()],
    headers: provider.headers,
    ...transportOf(loaded, providerName, provider),
  };
}

/** Whether `auto` may take a provider: it has a key, or the file says that it needs none. */
export function isUsable(loaded: LoadedConfig, name: string): boolean {
  const provider = loaded.config.providers[name];
  if (provider === undefined || provider.base_url === null || unsetOf(loaded, name) !== undefined) {
    return false;
  }
  if (keyNames(provider).length > 0 || provider.api_key !== null) {
    return keysOf(loaded, name, provider).size > 0;
  }
  return BUILT_IN_PROVIDERS[name]?.base_url !== provider.base_url;
}

/** Of the stored keys of a provider those that were added for the address that it has now. */
export function storedFor(keys: readonly StoredKey[], baseUrl: string | null): readonly StoredKey[] {
  return baseUrl === null ? [] : keys.filter(({ origin }) => new URL(baseUrl).origin === origin);
}

/** The error for a run of which no provider has a key. */
export function noProvider(loaded: LoadedConfig): UserError {
  return unusable(
    "Cannot find a model provider: none has a key",
    waysOut(loaded, ["OPENAI_API_KEY"], "openai"),
  );
}

function providerOf(loaded: LoadedConfig, name: string): ProviderConfig {
  const { providers } = loaded.config;
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (provider !== undefined) return provider;
  throw unusable(
    `Cannot use provider "${name}": it is unknown, expected one of ${Object.keys(providers).join(", ")}`,
    `Add it under providers in ${loaded.path}, with its base_url and key_env`,
  );
}

const SET_IT = "Set it in the environment or in .env beside config.yaml";

/** A variable without a value that stands in the settings of a provider. */
function unsetOf({ unset }: LoadedConfig, name: string): string | undefined {
  return unset.find(({ keys: [section, provider] }) => section === "providers" && provider === name)?.text;
}

function keyNames(provider: ProviderConfig): readonly string[] {
  const names = typeof provider.key_env === "string" ? [provider.key_env] : provider.key_env;
  return names.filter((name) => name !== "none");
}

/** The keys with their names; one under two names has the first. A stored key counts only for the origin it was added for. */
function keysOf(
  { secrets }: LoadedConfig,
  name: string,
  provider: ProviderConfig,
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const add = (key: string | null | undefined, label: string) => {
    if (key !== null && key !== undefined && !keys.has(key)) keys.set(key, label);
  };
  add(provider.api_key, `providers.${name}.api_key`);
  for (const variable of keyNames(provider)) add(secrets.get(variable), variable);
  for (const { label, key } of storedFor(secrets.stored(name), provider.base_url)) add(key, label);
  return keys;
}

function missingKey(loaded: LoadedConfig, name: string, names: readonly string[]): UserError {
  const [elsewhere] = loaded.secrets.stored(name);
  const state = elsewhere === undefined
    ? `${names.join(" or ")} is not set`
    : `its stored key is for ${elsewhere.origin}, and ${names.join(" or ")} is not set`;
  return unusable(`Cannot use provider "${name}": ${state}`, waysOut(loaded, names, name));
}

function waysOut(loaded: LoadedConfig, names: readonly string[], provider: string): string {
  const ready = Object.keys(loaded.config.providers).filter((name) => isUsable(loaded, name));
  return [
    `Set ${names.join(" or ")} in the environment or in .env beside ${loaded.path}`,
    `store a key with: hermes auth add ${provider}`,
    ready.length > 0
      ? `choose a provider that has a key (--provider ${ready.join(", ")})`
      : "choose another provider in config.yaml",
    "or try hermes without one (--offline)",
  ].join(", ");
}

/** By the environment of whoever asks. */
function transportOf(
  { secrets }: LoadedConfig,
  name: string,
  { base_url: url }: ProviderConfig,
): { transport?: Transport } {
  if (url === null) return {};
  try {
    const transport = transportTo(new URL(url), (variable) => secrets.get(variable));
    return transport.proxy === null && transport.caFile === null ? {} : { transport };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unusable(`Cannot use provider "${name}": ${error.message}`, PROXY_HINT);
  }
}

const PROXY_HINT =
  "Name one as http://HOST:PORT in HTTPS_PROXY, or the provider's host in NO_PROXY to go without";

function unusable(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: EXIT_CONFIG });
}
