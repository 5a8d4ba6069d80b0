import pg from "pg";
import type { CopyStatement } from "./copyStatement";

/** Where COPY refused its data. */
export interface RefusalPlace {
  /** The index of the row. */
  readonly row: number;
  /** The index of the column; undefined unless the server read its value when it failed, and called no function. */
  readonly column: number | undefined;
}

/**
 * Returns the row that COPY refused, from the context of the error: `COPY t, line 7, column c: "value"` or
 * `COPY t, line 7: "values"`, after the contexts of functions that were called for the row. Returns undefined if the context
 * has another language, or text of functions in it that looks like this.
 */
export function refusalPlace(
  error: unknown,
  { table, columns }: Pick<CopyStatement, "table" | "columns">,
): RefusalPlace | undefined {
  const where = error instanceof pg.DatabaseError ? (error.where ?? "") : "";
  const beginning = `COPY ${table}, line `;
  const isFirst = where.startsWith(beginning);
  // The values of the row follow, and may contain any text.
  const found = isFirst ? [where.slice(beginning.length)] : `\n${where}`.split(`\n${beginning}`).slice(1);
  const [rest] = found;
  if (rest === undefined || found.length > 1) return undefined;
  const [digits = ""] = /^\d+/.exec(rest) ?? [];
  if (digits === "") return undefined;
  const inColumn = columns.flatMap((name, index) =>
    [`, column ${name}: "`, `, column ${name}: null input`].some((text) =>
      rest.startsWith(text, digits.length),
    )
      ? [index]
      : [],
  );
  return { row: Number(digits) - 1, column: isFirst && inColumn.length === 1 ? inColumn[0] : undefined };
}
