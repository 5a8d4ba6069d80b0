/** Returns a table with a heading, or nothing without cells. Rows beyond the limit are counted. */
export function table(
  title: string,
  {
    columns,
    cells,
    rows,
  }: {
    readonly columns: readonly string[];
    readonly cells: readonly (readonly string[])[];
    readonly rows: number;
  },
): string[] {
  if (cells.length === 0) return [];
  const line = (parts: readonly string[]) => `| ${parts.join(" | ")} |`;
  const body = cells.slice(0, rows).map(line);
  return [
    `#### ${title}`,
    [line(columns), line(columns.map(() => "---")), ...body].join("\n"),
    ...more(cells.length - rows),
  ];
}

/** Returns a line that counts what is not listed. */
export function more(number: number): string[] {
  return number > 0 ? [`and ${number} more`] : [];
}
