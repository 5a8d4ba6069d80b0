/** Prints progress to standard error, because standard output is for results. */
export type Progress = (line: string) => void;

export const progressToStandardError: Progress = (line) => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
};

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Formats bytes: `1536` as `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Formats rows of text as columns. The first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
