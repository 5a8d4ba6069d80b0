import type { Missing } from "./schemaWriter";

/** The number of names in a sentence. */
const listedNames = 20;

/** Returns the names of what is missing, with one number of rows per table. */
export function missingNames(missing: readonly Missing[]): string[] {
  const rows = new Map<string, number>();
  for (const { refused } of missing)
    if (refused !== undefined) rows.set(refused.table, (rows.get(refused.table) ?? 0) + refused.rows);
  return [
    ...missing.flatMap(({ what, refused }) => (refused === undefined ? [what] : [])),
    ...[...rows].map(([table, count]) => describeRows(count, table)),
  ];
}

/** Returns `4 rows of shop.orders`. */
export function describeRows(rows: number, table: string): string {
  return `${rows} ${rows === 1 ? "row" : "rows"} of ${table}`;
}

/** Joins names for a sentence. Of very many, the last ones are only counted. */
export function joinNames(names: readonly string[]): string {
  const more = names.length - listedNames;
  return more > 0 ? `${names.slice(0, listedNames).join(", ")} and ${more} more` : names.join(", ");
}
