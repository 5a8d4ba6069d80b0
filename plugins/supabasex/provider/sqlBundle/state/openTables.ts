import { type Catalog, partsOfIdentity, touchedProperties } from "../catalog";

/**
 * Returns the tables of a bundle's expectation without row-level security, sorted. Tables that the files only change,
 * such as those of the platform, are excluded. The policy pack checks the list (policy/ours/tablesHaveRowSecurity.ts).
 */
export function openTables(expected: Catalog): string[] {
  return Object.entries(expected)
    .flatMap(([identity, table]) => {
      if (partsOfIdentity(identity).kind !== "table" || table.rowSecurity === true) return [];
      return touchedProperties(table) === undefined ? [identity.slice("table ".length)] : [];
    })
    .sort();
}
