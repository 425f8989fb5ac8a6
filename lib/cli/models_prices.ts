import type { LoadedConfig } from "../config/load.ts";
import { type KnownModels, loadKnownModels } from "../config/known_models.ts";
import { modelFacts } from "../config/model_facts.ts";
import { splitModel } from "../config/models.ts";
import type { ModelConfig } from "../config/schema.ts";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { jsonLine } from "./render/json.ts";
import { renderPrices } from "./render/prices.ts";

/** What is known of a model and what it costs. */
export interface PriceReport extends Pick<ModelConfig, "context_window" | "vision" | "price"> {
  readonly provider: string;
  readonly model: string;
  /** The longest answer that is sent or known, in tokens. */
  readonly max_output_tokens: number | null;
  /** The day for which the price was looked up; null: config.yaml says it, or nobody. */
  readonly date: string | null;
  /** The page that says it, or config.yaml; null: there is no price. */
  readonly source: string | null;
}

/** Which prices are asked for. */
export interface PricesOptions {
  /** Absent: those of all. */
  readonly provider?: string | undefined;
  readonly json: boolean;
}

/** Prints what well-known models and those of config.yaml cost, with date and source; returns the exit code. */
export async function printPrices(io: Io, { provider, json }: PricesOptions): Promise<number> {
  const loaded = loadRunConfig(io, { quiet: false });
  const all = reportPrices(loaded, await loadKnownModels());
  const models = all.filter((each) => provider === undefined || each.provider === provider);
  if (models.length === 0) {
    const known = [...new Set(all.map((each) => each.provider))].join(", ");
    throw new UserError(`Cannot find prices of provider "${provider}": expected one of ${known}`, {
      exitCode: EXIT.usage,
    });
  }
  const { columns } = io.stdout;
  io.stdout.write(json ? jsonLine({ models }, io.stdout) : renderPrices(models, { columns }));
  return EXIT.done;
}

/** The models of the table as config.yaml has them, then those that only config.yaml has. */
export function reportPrices({ config }: LoadedConfig, known: KnownModels): readonly PriceReport[] {
  const own = Object.keys(config.models).map((name) => splitModel(config, name, config.model.provider));
  const rows = [...known.all.map(({ provider, model }) => ({ provider, model })), ...own];
  const names = new Map(rows.map((row) => [`${row.provider}/${row.model}`, row]));
  return [...names.values()].map(({ provider, model }) => {
    const facts = modelFacts(config, known, { provider, model });
    const { context_window, vision, price, priced_by, max_output_tokens, longest_answer } = facts;
    return {
      provider,
      model,
      context_window,
      max_output_tokens: max_output_tokens ?? longest_answer,
      vision,
      price,
      date: priced_by?.date ?? null,
      source: price === null ? null : priced_by?.source ?? "config.yaml",
    };
  });
}
