/** One line of the report. */
export type Row = readonly [name: string, figure: string];

/** Rows as aligned text; `columns` name the further figures of a row, `further` holds them by the row's name. */
export function table(
  rows: readonly Row[],
  columns: readonly string[],
  further: Readonly<Record<string, readonly string[]>>,
): string {
  const lines = [
    ["", "hermes", ...columns],
    ...rows.map(([name, figure]) => [name, figure, ...(further[name] ?? columns.map(() => ""))]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ??
    [];
  return lines.map((line) =>
    line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join("  ").trimEnd()
  )
    .join("\n");
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
