import type { PriceReport } from "../models_prices.ts";
import { formatTokens } from "./format.ts";
import { type Column, renderTable, type TableOptions } from "./table.ts";
import { oneLine } from "./text.ts";

const COLUMNS: readonly Column[] = [
  { title: "PROVIDER", sacrifice: 3 },
  { title: "MODEL" },
  { title: "CONTEXT", align: "right", sacrifice: 4 },
  { title: "ANSWER", align: "right", sacrifice: 5 },
  { title: "VISION", sacrifice: 6 },
  { title: "IN", align: "right" },
  { title: "CACHED", align: "right", sacrifice: 1 },
  { title: "WRITTEN", align: "right", sacrifice: 2 },
  { title: "OUT", align: "right" },
];

/** A table of models with their prices; how they are meant, of when they are and from where in lines under it. Ends in "\n". */
export function renderPrices(models: readonly PriceReport[], options: TableOptions): string {
  const rows = models.flatMap((each) => [rowOf(each), ...longRows(each)]);
  const bySource = Map.groupBy(
    models.filter(({ source }) => source !== null),
    ({ source, date }) => `${oneLine(source ?? "")}${date === null ? "" : `, ${date}`}`,
  );
  const lines = [
    "USD per million tokens: sent, read from the provider's cache, written into it, received; - is unknown,",
    "or for the cache as sent. Another price: models.NAME.price in config.yaml.",
    ...[...bySource].map(([source, of]) => `${providersOf(of)}: ${source}`),
  ];
  const table = models.length === 0 ? "" : `${renderTable(COLUMNS, rows, options)}\n`;
  return `${table}${lines.map((line) => `${line}\n`).join("")}`;
}

function providersOf(models: readonly PriceReport[]): string {
  return oneLine([...new Set(models.map(({ provider }) => provider))].join(", "));
}

function rowOf(model: PriceReport): readonly string[] {
  const { provider, model: name, context_window, max_output_tokens, vision, price } = model;
  return [
    provider,
    name,
    context_window === null ? "-" : formatTokens(context_window),
    max_output_tokens === null ? "-" : formatTokens(max_output_tokens),
    vision === null ? "-" : vision ? "yes" : "no",
    ...ratesOf(price),
  ];
}

/** What all of a request costs that is longer than the provider's first price holds for. */
function longRows({ price }: PriceReport): readonly (readonly string[])[] {
  if (price === null || price.long === null) return [];
  return [["", `  above ${formatTokens(price.long.above)}`, "", "", "", ...ratesOf(price.long)]];
}

function ratesOf(
  rate: { input: number; cached: number | null; cache_write: number | null; output: number } | null,
): readonly string[] {
  const { input = null, cached = null, cache_write = null, output = null } = rate ?? {};
  return [input, cached, cache_write, output].map((usd) => usd === null ? "-" : String(usd));
}
