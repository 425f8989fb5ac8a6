import { displayWidth, fit, plainText } from "./text.ts";

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

/** Columns under their titles, a line per row, each ending in "\n". The last column is cut to what is left. */
export function renderTable(
  columns: readonly Column[],
  given: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const titles = columns.map(({ title }) => title);
  const rows = given.map((row) => row.map(cellText));
  const widths = columns.map((_, index) => widest([titles, ...rows], index));
  const shown = shownColumns(columns, widths, options.columns ?? Infinity);
  const room = Math.max(0, (options.columns ?? Infinity) - widthBefore(shown, widths));
  const last = columns.length - 1;
  const cut = rows.map((row) => [...row.slice(0, last), fit(row[last] ?? "", room)]);
  widths[last] = widest([titles, ...cut], last);
  const line = (cells: readonly string[], isTitle: boolean) => {
    const padded = shown.map((index) => pad(cells[index] ?? "", widths[index] ?? 0, columns[index], isTitle));
    return padded.join(" ".repeat(GAP)).trimEnd() + "\n";
  };
  return line(titles, true) + cut.map((cells) => line(cells, false)).join("");
}

/** On one line, with what a screen would hide written out; blanks before it may show a depth. */
function cellText(text: string): string {
  return plainText(text).replaceAll(/[\n\t]+/g, " ");
}

/** A cell as wide as its column; titles have no colour. */
function pad(cell: string, width: number, column: Column | undefined, isTitle: boolean): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(cell)));
  const painted = isTitle ? cell : column?.paint?.(cell) ?? cell;
  return column?.align === "right" ? space + painted : painted + space;
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
