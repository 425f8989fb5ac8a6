import type { ModelReport, ModelsReport, ProviderReport } from "../models_configured.ts";
import { formatTokens } from "./format.ts";
import { type Column, renderTable, type TableOptions } from "./table.ts";
import { oneLine } from "./text.ts";

const PROVIDERS: readonly Column[] = [{ title: "PROVIDER" }, { title: "KEY" }, { title: "ADDRESS" }];
const MODELS: readonly Column[] = [
  { title: "MODEL" },
  { title: "PROVIDER" },
  { title: "CONTEXT", align: "right", sacrifice: 1 },
  { title: "USD/M IN", align: "right", sacrifice: 2 },
  { title: "OUT", align: "right", sacrifice: 2 },
  { title: "USED FOR" },
];

/** Two tables, providers and models, and the default in a line under them. Ends in "\n". */
export function renderModels(report: ModelsReport, options: TableOptions): string {
  const providers = renderTable(PROVIDERS, report.providers.map(providerRow), options);
  const models = renderTable(MODELS, report.models.map(modelRow), options);
  const chosen = report.default === null
    ? `no default: ${oneLine(report.problem ?? "")}`
    : oneLine(`default: ${report.default.model} of ${report.default.provider}`);
  return `${providers}\n${models}\n${chosen}\n`;
}

function providerRow({ name, base_url, keys }: ProviderReport): string[] {
  const hasStored = keys.some(({ stored }) => stored === true);
  const states = keys.filter(({ set }) => set || !hasStored).map((key) =>
    `${key.name} ${key.stored === true ? "stored" : key.set ? "set" : "not set"}`
  );
  return [name, states.length === 0 ? "none needed" : states.join(", "), base_url ?? "-"];
}

function modelRow({ model, provider, context_window, price, uses }: ModelReport): string[] {
  return [
    model,
    provider,
    context_window === null ? "-" : formatTokens(context_window),
    price === null ? "-" : String(price.input),
    price === null ? "-" : String(price.output),
    uses.length === 0 ? "-" : uses.join(", "),
  ];
}
