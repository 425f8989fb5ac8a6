import { isBilled } from "../../config/model_facts.ts";
import type { Ground } from "../../delegation/ground.ts";
import { spendingText } from "../render/spending.ts";
import type { TableOptions } from "../render/table.ts";
import { renderUsage } from "../render/usage.ts";
import { reportGroups } from "../usage_report.ts";

/** What the session's requests came to by model and key, and what is used of its caps and the day's. Ends in "\n". */
export function usageText(
  { broker, config }: Pick<Ground, "broker" | "config">,
  options: TableOptions,
): string {
  const { usage, keyName, budget } = broker;
  const report = renderUsage({
    scope: "session",
    session_id: null,
    ...reportGroups(usage, { labelOf: keyName, isBilled: (provider) => isBilled(config, provider) }),
    days: [],
    tasks: [],
    budget: { day: null },
  }, options);
  const day = budget.day === null ? "" : `day's budget, all sessions: ${spendingText(budget.day)}\n`;
  return `${report}session's budget: ${spendingText(budget)}\n${day}`;
}
