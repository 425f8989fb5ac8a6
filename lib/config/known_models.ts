import type { ModelRef } from "../protocol/model_ref.ts";
import type { Config, ModelConfig } from "./schema.ts";

/** What is publicly known of a model, from its provider's own pages. */
export interface KnownModel {
  /** Its name in the table. */
  readonly provider: string;
  readonly model: string;
  /** Tokens that fit into one request with its answer. */
  readonly context_window: number;
  /** Of those, the most that may be sent; null: whatever the answer leaves. */
  readonly max_input_tokens: number | null;
  /** The longest answer, in tokens; null: not said. */
  readonly max_output_tokens: number | null;
  readonly vision: boolean;
  /** Null: not known, or not to be told in these terms. */
  readonly price: ModelConfig["price"];
  /** The day for which price and limits were looked up, and the page that says them. */
  readonly date: string;
  readonly source: string;
}

type Price = NonNullable<ModelConfig["price"]>;
type LongPrice = NonNullable<Price["long"]>;
type Sparse<Rate extends { cached: unknown; cache_write: unknown }> =
  & Omit<Rate, "cached" | "cache_write" | "long">
  & Partial<Pick<Rate, "cached" | "cache_write">>;

interface Row {
  readonly context_window: number;
  readonly max_input_tokens?: number;
  readonly max_output_tokens: number | null;
  readonly vision: boolean;
  readonly price: (Sparse<Price> & { readonly long?: Sparse<LongPrice> }) | null;
  readonly aliases?: readonly string[];
  /** Where it is not that of all the provider's models. */
  readonly date?: string;
}

interface Vendor {
  /** The names under which config.yaml has it. */
  readonly providers: readonly string[];
  readonly hosts: readonly string[];
  /** The prefix of its models at OpenRouter, where they cost the same; absent: there others serve them too. */
  readonly openrouter?: string;
  readonly source: string;
  readonly date: string;
  readonly models: Readonly<Record<string, Row>>;
}

/** The shape of known_models.json. */
export type KnownTable = Readonly<Record<string, Vendor>>;

/** A version of a model, which is the same model unless it has a row of its own. */
const VERSION = /[-@](20\d{6}|20\d\d-\d\d-\d\d|00\d|latest)$/;

/** A table of well-known models. */
export class KnownModels {
  readonly #table: KnownTable;

  constructor(table: KnownTable) {
    this.#table = table;
  }

  /** What is known of a model; null where it cannot be told for sure which one is meant. */
  find(config: Config, { provider, model }: Pick<ModelRef, "provider" | "model">): KnownModel | null {
    const host = hostOf(config.providers[provider]?.base_url ?? null);
    if (host === "openrouter.ai" || (provider === "openrouter" && !this.#hasHost(host))) {
      return this.#atRouter(model);
    }
    const vendors = Object.entries(this.#table);
    const [name, vendor] = vendors.find(([, { hosts }]) => host !== null && hosts.includes(host)) ??
      vendors.find(([, { providers }]) => providers.includes(provider)) ?? [];
    if (name === undefined || vendor === undefined) return null;
    return known(name, vendor, model.replace(/^models\//, ""));
  }

  /** Every model of the table under its own name, by provider. */
  get all(): readonly KnownModel[] {
    return Object.entries(this.#table).flatMap(([name, vendor]) =>
      Object.keys(vendor.models).flatMap((model) => known(name, vendor, model) ?? [])
    );
  }

  #hasHost(host: string | null): boolean {
    return Object.values(this.#table).some(({ hosts }) => host !== null && hosts.includes(host));
  }

  /** OpenRouter writes `claude-sonnet-4.5` where Anthropic writes `claude-sonnet-4-5`. */
  #atRouter(model: string): KnownModel | null {
    const [prefix, own] = [model.slice(0, model.indexOf("/")), model.slice(model.indexOf("/") + 1)];
    const [name, vendor] = Object.entries(this.#table).find(([, { openrouter }]) => openrouter === prefix) ??
      [];
    if (name === undefined || vendor === undefined) return null;
    return known(name, vendor, own) ?? known(name, vendor, own.replaceAll(/(\d)\.(?=\d)/g, "$1-"));
  }
}

/** The table that ships with the program. Loaded by whoever opens a session or prints it: other commands need none. */
export async function loadKnownModels(): Promise<KnownModels> {
  const { default: table } = await import("./known_models.json", { with: { type: "json" } }); // load on use
  return new KnownModels(table);
}

function known(provider: string, vendor: Vendor, name: string): KnownModel | null {
  const model = idOf(vendor, name) ?? idOf(vendor, name.replace(VERSION, ""));
  const row = model === undefined ? undefined : vendor.models[model];
  if (model === undefined || row === undefined) return null;
  return {
    provider,
    model,
    context_window: row.context_window,
    max_input_tokens: row.max_input_tokens ?? null,
    max_output_tokens: row.max_output_tokens,
    vision: row.vision,
    price: row.price === null ? null : wholePrice(row.price),
    date: row.date ?? vendor.date,
    source: vendor.source,
  };
}

function idOf({ models }: Vendor, name: string): string | undefined {
  if (Object.hasOwn(models, name)) return name;
  return Object.keys(models).find((id) => models[id]?.aliases?.includes(name));
}

function wholePrice({ long, ...price }: NonNullable<Row["price"]>): Price {
  return {
    ...wholeRate(price),
    long: long === undefined ? null : { above: long.above, ...wholeRate(long) },
  };
}

function wholeRate({ input, cached = null, cache_write = null, output }: Sparse<Price>): Omit<Price, "long"> {
  return { input, cached, cache_write, output };
}

function hostOf(baseUrl: string | null): string | null {
  return baseUrl !== null && URL.canParse(baseUrl) ? new URL(baseUrl).hostname : null;
}
