import type { TaskCounts } from "../../store/session_counts.ts";
import type { SessionView } from "../sessions/session_view.ts";
import { type Column, renderTable, type TableOptions } from "./table.ts";
import { oneLine } from "./text.ts";

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "KIND", sacrifice: 2 },
  { title: "LAST", align: "right" },
  { title: "TASKS", sacrifice: 1 },
  { title: "TITLE" },
];

/** The sessions as a table that fits the terminal; `now` in milliseconds since the epoch. Ends in "\n". */
export function renderSessions(
  sessions: readonly SessionView[],
  { now, columns }: TableOptions & { readonly now: number },
): string {
  if (sessions.length === 0) return "no sessions\n";
  const rows = sessions.map((each) => [
    each.session_id,
    each.pid === null ? each.kind : `${each.kind} (open)`,
    formatAge((now - Date.parse(each.last_at)) / 1000),
    countsText(each.tasks),
    oneLine(each.title),
  ]);
  return renderTable(COLUMNS, rows, { columns });
}

/** How many tasks, and what of them is not done with: `3 (1 live, 1 undelivered)`. */
export function countsText({ total, live, interrupted, undelivered }: TaskCounts): string {
  const marks = [[live, "live"], [interrupted, "interrupted"], [undelivered, "undelivered"]] as const;
  const open = marks.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  if (total === 0) return "-";
  return open.length === 0 ? String(total) : `${total} (${open.join(", ")})`;
}

const UNITS = [[86_400, "d"], [3600, "h"], [60, "m"]] as const;

/** Seconds as an age: `now`, `5m`, `3h`, `12d`. */
export function formatAge(seconds: number): string {
  const unit = UNITS.find(([size]) => seconds >= size);
  return unit === undefined ? "now" : `${Math.floor(seconds / unit[0])}${unit[1]}`;
}
