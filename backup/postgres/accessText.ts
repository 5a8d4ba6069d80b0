import * as z from "zod";
import { type AccessEntry, accessEntry, inheritedColumn } from "./access";
import { splitColumn } from "./sqlText";

/**
 * An entry as `access.json` has it. Programs that do not know inherited columns would report them as missing, so they
 * are in a property of their table that these programs ignore.
 */
const storedEntry = accessEntry.extend({
  inheritedColumns: z.array(accessEntry.omit({ kind: true })).optional(),
});

/**
 * The content of `access.json`: every object outside `pg_catalog` and `information_schema`, including the platform's.
 */
export const accessInventory = z
  .array(storedEntry)
  .transform((stored): AccessEntry[] =>
    stored.flatMap(({ inheritedColumns = [], ...entry }) => [
      entry,
      ...inheritedColumns.map((column) => ({ kind: inheritedColumn, ...column })),
    ]),
  );

/** Returns the text of `access.json`. */
export function writeAccess(entries: readonly AccessEntry[]): string {
  const columns = new Map<string, Omit<AccessEntry, "kind">[]>();
  for (const { kind, ...column } of entries) {
    if (kind !== inheritedColumn) continue;
    const { table } = splitColumn(column.name);
    columns.set(table, [...(columns.get(table) ?? []), column]);
  }
  const stored = entries
    .filter(({ kind }) => kind !== inheritedColumn)
    .map((entry) => {
      const inheritedColumns = entry.kind === "table" ? columns.get(entry.name) : undefined;
      return inheritedColumns === undefined ? entry : { ...entry, inheritedColumns };
    });
  return `${JSON.stringify(stored, null, 1)}\n`;
}
