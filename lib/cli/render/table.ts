import Table from "cli-table3";
import { displayWidth, fit } from "./text.ts";

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: "right";
  /** Where the terminal is too narrow, columns with the highest number are left out first; without one, never. */
  readonly sacrifice?: number;
  /** Colours a cell; adds no width. */
  readonly paint?: (cell: string) => string;
}

/** How wide a table may be. */
export interface TableOptions {
  /** Of the terminal; undefined: as wide as it gets. */
  readonly columns: number | undefined;
}

const GAP = 2;
/** The last column is not worth showing with less than this; others go before. */
const MIN_LAST = 24;
/** Columns stand apart by space alone. */
const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((name) => [name, ""]),
);

/** Columns under their titles, a line per row, each ending in "\n". The last column is cut to what is left. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) => widest([titles, ...rows], index));
  const shown = shownColumns(columns, widths, options.columns ?? Infinity);
  const room = Math.max(0, (options.columns ?? Infinity) - widthBefore(shown, widths));
  const table = new Table({
    chars: NO_LINES,
    style: { "padding-left": 0, "padding-right": GAP, head: [], border: [], compact: true },
    colAligns: shown.map((index) => columns[index]?.align ?? "left"),
    head: shown.map((index) => titles[index] ?? ""),
  });
  for (const row of rows) {
    table.push(shown.map((index) => {
      const text = row[index] ?? "";
      const cell = index === columns.length - 1 ? fit(text, room) : text;
      return columns[index]?.paint?.(cell) ?? cell;
    }));
  }
  return table.toString().split("\n").map((line) => `${line.trimEnd()}\n`).join("");
}

/** The indexes that remain when the most dispensable columns are left out until the last one has room. */
function shownColumns(columns: readonly Column[], widths: readonly number[], limit: number): number[] {
  const wish = Math.min(widths.at(-1) ?? 0, MIN_LAST);
  let shown = columns.map((_, index) => index);
  while (widthBefore(shown, widths) + wish > limit) {
    const rank = Math.max(...shown.map((index) => columns[index]?.sacrifice ?? 0));
    if (rank === 0) break;
    shown = shown.filter((index) => columns[index]?.sacrifice !== rank);
  }
  return shown;
}

function widthBefore(shown: readonly number[], widths: readonly number[]): number {
  return shown.slice(0, -1).reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, 0);
}

function widest(lines: readonly (readonly string[])[], index: number): number {
  return lines.reduce((width, line) => Math.max(width, displayWidth(line[index] ?? "")), 0);
}
