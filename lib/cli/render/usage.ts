import type { CapUsage, UsageFigures, UsageReport } from "../usage_report.ts";
import { formatCost, formatTokens } from "./format.ts";
import { type Column, renderTable, type TableOptions } from "./table.ts";
import { fit, oneLine } from "./text.ts";

const FIGURES: readonly Column[] = [
  { title: "REQUESTS", align: "right" },
  { title: "INPUT", align: "right", sacrifice: 1 },
  { title: "CACHED", align: "right", sacrifice: 2 },
  { title: "OUTPUT", align: "right", sacrifice: 1 },
  { title: "REASONING", align: "right", sacrifice: 2 },
  { title: "USD", align: "right" },
];
const GOAL_COLUMNS = 40;

/** A table per model, one per key and, where there are any, per day and task; the sums in lines under them. Ends in "\n". */
export function renderUsage(report: UsageReport, options: TableOptions): string {
  const tables = [
    table(["MODEL"], report.models.map((each) => [[`${each.provider}/${each.model}`], each]), options),
    table(["KEY"], report.keys.map((each) => [[keyOf(each)], each]), options),
    ...report.scope === "all" ? [table(["DAY"], report.days.map((each) => [[each.day], each]), options)] : [],
    ...report.tasks.length > 1 ? [tasksTable(report, options)] : [],
  ];
  return `${report.total.requests === 0 ? "" : tables.map((each) => `${each}\n`).join("")}${sums(report)}`;
}

/** The sums, and what has to be said of them. */
function sums({ total, budget, prices_unknown, scope }: UsageReport): string {
  const when = scope === "day" ? "today" : scope === "session" ? "session" : "all";
  const tokens = formatTokens(total.tokens.input + total.tokens.output);
  const lines = [
    `${when}: ${total.requests} ${total.requests === 1 ? "request" : "requests"}, ${tokens} tokens, ${
      dollars(total)
    }`,
    ...cacheLine(total),
    ...capLine("day's budget, all sessions", budget.day),
    ...total.estimated_requests === 0
      ? []
      : [`estimated, because their usage was never reported: ${total.estimated_requests}`],
    ...prices_unknown.length === 0 ? [] : [`prices unknown for: ${prices_unknown.map(oneLine).join(", ")}`],
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function cacheLine({ tokens, cached_share }: UsageFigures): string[] {
  if (cached_share === null || cached_share === 0) return [];
  return [
    `read from the providers' caches: ${percent(cached_share)} of ${formatTokens(tokens.input)} input tokens`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

function capLine(name: string, cap: CapUsage | null): string[] {
  if (cap === null) return [];
  return [`${name}: ${formatCost(cap.used_usd)} of ${formatCost(cap.limit_usd)}`];
}

function tasksTable({ tasks }: UsageReport, options: TableOptions): string {
  const depths = new Map<string | null, number>();
  return table(
    ["TASK", "GOAL"],
    tasks.map((each) => {
      const depth = each.task_id === null ? 0 : (depths.get(each.parent_task_id) ?? -1) + 1;
      if (each.task_id !== null) depths.set(each.task_id, depth);
      const goal = fit(oneLine(each.goal ?? ""), GOAL_COLUMNS);
      return [[`${"  ".repeat(depth)}${each.task_id ?? "(the session's agent)"}`, goal], each];
    }),
    options,
  );
}

function table(
  titles: readonly string[],
  rows: readonly (readonly [names: readonly string[], figures: UsageFigures])[],
  options: TableOptions,
): string {
  const columns = [
    ...titles.map((title, index) => index === 0 ? { title } : { title, sacrifice: 3 }),
    ...FIGURES,
  ];
  return renderTable(columns, rows.map(([names, figures]) => [...names, ...cellsOf(figures)]), options);
}

function cellsOf(figures: UsageFigures): readonly string[] {
  const { input, cached, output, reasoning } = figures.tokens;
  return [
    String(figures.requests),
    formatTokens(input),
    figures.cached_share
      ? `${formatTokens(cached)} (${percent(figures.cached_share)})`
      : formatTokens(cached),
    ...[output, reasoning].map(formatTokens),
    dollars(figures),
  ];
}

/** A dash where no price is known, for it is not nothing. */
function dollars({ cost_usd, unpriced_requests }: UsageFigures): string {
  if (cost_usd === null) return unpriced_requests > 0 ? "–" : formatCost(0);
  return formatCost(cost_usd);
}

function keyOf({ provider, label, fingerprint }: UsageReport["keys"][number]): string {
  if (fingerprint === null) return `${provider} (no key)`;
  return `${provider} ${label === null ? fingerprint : `${label} (${fingerprint})`}`;
}
