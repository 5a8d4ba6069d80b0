import { type Catalog, type CatalogObject, partsOfIdentity } from "../../catalog";
import { changedProperties } from "../../catalog/properties";
import { relationsAbove } from "../statements/relationsAbove";

/** Properties of a column that `alter table` also sets and resets in the tables below, on every level. */
export const recursiveProperties: ReadonlySet<string> = new Set([
  "notNull",
  "default",
  "storage",
  "statisticsTarget",
  "statisticsOptions",
]);

/** A column of a table below, as it is after the one above has lost properties. */
export interface LostBelow {
  readonly identity: string;
  readonly left: CatalogObject;
}

/**
 * Returns the columns of tables below that resetting properties of a column changes, although they keep their values: a statement
 * about them sets the same.
 *
 * @param reset the column's properties that are reset
 * @param wanted the catalog after everything is reset
 */
export function lostBelow(
  { identity, reset }: { readonly identity: string; readonly reset: readonly string[] },
  wanted: Catalog,
  live: Catalog,
): LostBelow[] {
  const { kind, parent: table = "", name } = partsOfIdentity(identity);
  const properties = new Set(reset.filter((property) => recursiveProperties.has(property)));
  const above = wanted[identity];
  if (kind !== "column" || properties.size === 0 || above === undefined) return [];
  return Object.keys(live).flatMap((below): LostBelow[] => {
    const parts = partsOfIdentity(below);
    const column = wanted[below];
    if (parts.kind !== "column" || parts.name !== name || column === undefined) return [];
    if (!relationsAbove(below, live).includes(table)) return [];
    const kept = changedProperties(column, above).filter((property) => properties.has(property));
    if (kept.length === 0) return [];
    const left = { ...column };
    for (const property of kept) {
      const value = above[property];
      if (value === undefined) delete left[property];
      else left[property] = value;
    }
    return [{ identity: below, left }];
  });
}
