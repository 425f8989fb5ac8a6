import { BUILT_IN_PROVIDERS } from "./providers.ts";
import type { Draft, Note } from "./python_compat.ts";
import { PYTHON_PROVIDER_NAMES } from "./python_keys.ts";
import { isMap } from "./schema_keys.ts";

/** Names for an endpoint of the user's own, and for no choice at all. */
const UNNAMED = [undefined, null, "", "auto", "custom"] as const;

/** Wire formats by the names that the Python Hermes has for them; null: we do not speak it. */
const APIS: Readonly<Record<string, "chat" | "responses" | null>> = {
  chat_completions: "chat",
  codex_responses: "responses",
  responses: "responses",
  anthropic_messages: null,
  bedrock_converse: null,
};

/** Turns the many places where the Python Hermes keeps an endpoint into entries of `providers`. */
export function adoptEndpoints(draft: Draft, note: Note): void {
  if (typeof draft.model === "string") draft.model = { default: draft.model, provider: "auto" };
  const providers = new Map(Object.entries(isMap(draft.providers) ? draft.providers : {}));
  for (const [name, entry] of providers) {
    if (isMap(entry)) providers.set(name, endpoint(entry, ["providers", name], note));
  }
  adoptCustomProviders(draft, providers, note);
  if (isMap(draft.model)) adoptModel(draft, draft.model, providers, note);
  if (isMap(draft.delegation)) adoptDelegation(draft.delegation, providers, note);
  if (draft.providers === undefined || draft.providers === null || isMap(draft.providers)) {
    if (providers.size > 0) draft.providers = Object.fromEntries(providers);
  }
}

function adoptCustomProviders(draft: Draft, providers: Map<string, unknown>, note: Note): void {
  const listed = Array.isArray(draft.custom_providers) ? draft.custom_providers : [];
  delete draft.custom_providers;
  for (const [index, entry] of listed.entries()) {
    if (!isMap(entry) || typeof entry.name !== "string") continue;
    const name = providerName(entry.name, providers);
    if (!providers.has(name)) providers.set(name, endpoint(entry, ["custom_providers", index], note));
  }
}

function adoptModel(draft: Draft, model: Draft, providers: Map<string, unknown>, note: Note): void {
  const name = model.default ?? model.model ?? model.name;
  if (name !== undefined) model.default = name;
  if (typeof model.provider === "string") model.provider = providerName(model.provider, providers);
  adoptBaseUrl(model, providers, note);
  const known = { context_window: model.context_length, max_output_tokens: model.max_tokens };
  const settings = Object.entries(known).filter(([, value]) => typeof value === "number");
  if (settings.length > 0 && typeof model.default === "string") {
    const models = isMap(draft.models) ? draft.models : {};
    const own = models[model.default];
    draft.models = {
      ...models,
      [model.default]: { ...Object.fromEntries(settings), ...(isMap(own) ? own : {}) },
    };
  }
  const moved = ["model", "name", "base_url", "api_key", "api_mode", "context_length", "max_tokens"];
  for (const name of [...moved, "default_headers", "extra_headers"]) delete model[name];
}

/**
 * `model.base_url` beside a named provider moves that provider there, unless it is the address of another one
 * (a leftover; following it would send the key to a stranger). Beside none it is a provider called custom.
 */
function adoptBaseUrl(model: Draft, providers: Map<string, unknown>, note: Note): void {
  if (typeof model.base_url !== "string" || model.base_url === "") {
    if (model.provider === "custom" && !providers.has("custom")) model.provider = "local";
    return;
  }
  const owner = builtInAt(model.base_url);
  const isUnnamed = UNNAMED.includes(model.provider as typeof UNNAMED[number]); // any value may be asked for
  if (owner !== null) {
    if (isUnnamed && model.provider !== "auto") model.provider = owner;
    if (model.provider === "auto") putFirst(providers, owner);
    return;
  }
  const name = isUnnamed ? "custom" : String(model.provider);
  const { base_url, api_key, api_mode, default_headers, extra_headers } = model;
  const own = endpoint({ base_url, api_key, api_mode, default_headers, extra_headers }, ["model"], note);
  const entry = providers.get(name);
  providers.set(name, { ...own, ...(isMap(entry) ? entry : {}) });
  model.provider = name;
}

/** The order of the entries is the order in which `auto` tries them. */
function putFirst(providers: Map<string, unknown>, name: string): void {
  const all = [[name, {}] as const, ...providers];
  providers.clear();
  for (const [each, entry] of all) providers.set(each, entry);
}

function adoptDelegation(delegation: Draft, providers: Map<string, unknown>, note: Note): void {
  const { base_url, api_key, api_mode } = delegation;
  for (const name of ["base_url", "api_key", "api_mode"]) delete delegation[name];
  if (typeof delegation.provider === "string") {
    delegation.provider = providerName(delegation.provider, providers);
  }
  if (delegation.provider === "auto") delegation.provider = null;
  if (typeof base_url !== "string" || base_url === "") return;
  providers.set("delegation", endpoint({ base_url, api_key, api_mode }, ["delegation"], note));
  delegation.provider = "delegation";
}

/** An entry of `providers` in our words; what it does not have stays away. */
function endpoint(entry: Draft, keys: readonly PropertyKey[], note: Note): Draft {
  const { url, api_mode, transport, api_key_env, extra_headers, default_headers, ...rest } = entry;
  const apiIsUrl = typeof rest.api === "string" && rest.api.includes("://");
  const wire = apiIsUrl ? undefined : rest.api;
  const mode = api_mode ?? transport;
  const api = typeof mode === "string" ? APIS[mode] : undefined;
  if (api === null) note(keys, `the wire format "${mode}" is not spoken: it is asked in OpenAI's`);
  const headers = isMap(default_headers) || isMap(extra_headers)
    ? { ...(default_headers as Draft | undefined), ...(extra_headers as Draft | undefined) } // spreads of other things are empty
    : undefined;
  return withoutEmpty({
    ...rest,
    base_url: rest.base_url ?? url ?? (apiIsUrl ? rest.api : undefined),
    key_env: rest.key_env ?? api_key_env,
    api: wire ?? api ?? undefined,
    headers: rest.headers ?? headers,
  });
}

function withoutEmpty(map: Draft): Draft {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined && value !== ""));
}

function builtInAt(url: string): string | null {
  const plain = (text: string) => text.replace(/\/+$/, "").toLowerCase();
  const found = Object.entries(BUILT_IN_PROVIDERS).find(([, { base_url }]) =>
    base_url !== null && plain(base_url) === plain(url)
  );
  return found?.[0] ?? null;
}

/** Our name for a provider as the Python Hermes writes it: `custom:My Proxy` is `my-proxy`. One of the file stays itself. */
function providerName(name: string, providers: ReadonlyMap<string, unknown>): string {
  if (providers.has(name)) return name;
  const plain = name.trim().toLowerCase().replace(/^custom:/, "").replace(/\s+/g, "-");
  return providers.has(plain) ? plain : PYTHON_PROVIDER_NAMES[plain] ?? plain;
}
