import * as z from "zod";
import { type AccessEntry, accessEntry, inheritedColumn } from "./access";
import { columnOrder } from "./columnOrder";
import { splitColumn } from "./sqlText";

/**
 * An entry as `access.json` has it. Programs that do not know inherited columns and the order of columns would report
 * them as missing, so they are in properties of their table that these programs ignore.
 */
const storedEntry = accessEntry.extend({
  inheritedColumns: z.array(accessEntry.omit({ kind: true })).optional(),
  columnOrder: accessEntry.shape.facts.optional(),
});

/**
 * The content of `access.json`: every object outside `pg_catalog` and `information_schema`, including the platform's.
 */
export const accessInventory = z
  .array(storedEntry)
  .transform((stored): AccessEntry[] =>
    stored.flatMap(({ inheritedColumns = [], columnOrder: order, ...entry }) => [
      entry,
      ...inheritedColumns.map((column) => ({ kind: inheritedColumn, ...column })),
      ...(order === undefined ? [] : [{ kind: columnOrder, name: entry.name, facts: order }]),
    ]),
  );

/** Returns the text of `access.json`. */
export function writeAccess(entries: readonly AccessEntry[]): string {
  const columns = new Map<string, Omit<AccessEntry, "kind">[]>();
  const orders = new Map<string, AccessEntry["facts"]>();
  for (const { kind, ...part } of entries) {
    if (kind === columnOrder) orders.set(part.name, part.facts);
    if (kind !== inheritedColumn) continue;
    const { table } = splitColumn(part.name);
    columns.set(table, [...(columns.get(table) ?? []), part]);
  }
  const stored = entries
    .filter(({ kind }) => kind !== inheritedColumn && kind !== columnOrder)
    .map((entry) => {
      if (entry.kind !== "table" && entry.kind !== "foreign table") return entry;
      const [inheritedColumns, order] = [columns.get(entry.name), orders.get(entry.name)];
      return {
        ...entry,
        ...(inheritedColumns === undefined ? {} : { inheritedColumns }),
        ...(order === undefined ? {} : { columnOrder: order }),
      };
    });
  return `${JSON.stringify(stored, null, 1)}\n`;
}
