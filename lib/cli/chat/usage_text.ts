import type { SessionBroker } from "../../provider/provider.ts";
import { spendingText } from "../render/spending.ts";
import type { TableOptions } from "../render/table.ts";
import { renderUsage } from "../render/usage.ts";
import { reportGroups } from "../usage_report.ts";

/** What the session's requests came to by model and key, and what is used of its caps and the day's. Ends in "\n". */
export function usageText({ usage, keyName, budget }: SessionBroker, options: TableOptions): string {
  const report = renderUsage({
    scope: "session",
    session_id: null,
    ...reportGroups(usage, keyName),
    days: [],
    tasks: [],
    budget: { day: null },
  }, options);
  const day = budget.day === null ? "" : `day's budget, all sessions: ${spendingText(budget.day)}\n`;
  return `${report}session's budget: ${spendingText(budget)}\n${day}`;
}
