import { canonicalJson } from "../../../../../../foundation/json";
import { type Catalog, type CatalogDifference, type CatalogObject, partsOfIdentity } from "../../catalog";
import { relationsAbove } from "../statements/relationsAbove";

/** Properties of a column that `alter table` also sets and resets in the tables below, on every level. */
export const recursiveProperties: ReadonlySet<string> = new Set([
  "notNull",
  "default",
  "storage",
  "statisticsTarget",
  "statisticsOptions",
]);

/** What a column of a table below loses with the one above. */
export interface LostBelow {
  readonly identity: string;
  readonly differences: readonly CatalogDifference[];
  /** The column after the loss. */
  readonly left: CatalogObject;
}

/**
 * Returns what resetting properties of a column changes in the tables below, although these columns keep their values: a
 * statement about them sets the same.
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
  const properties = reset.filter((property) => recursiveProperties.has(property));
  const above = wanted[identity];
  if (kind !== "column" || properties.length === 0 || above === undefined) return [];
  return Object.keys(live).flatMap((below): LostBelow[] => {
    const parts = partsOfIdentity(below);
    const column = wanted[below];
    if (parts.kind !== "column" || parts.name !== name || column === undefined) return [];
    if (!relationsAbove(below, live).includes(table)) return [];
    const kept = properties.filter((property) => !isSame(column[property], above[property]));
    if (kept.length === 0) return [];
    const left = { ...column };
    for (const property of kept) {
      const value = above[property];
      if (value === undefined) delete left[property];
      else left[property] = value;
    }
    const differences = kept.map((property): CatalogDifference => {
      const [expected, found] = [column[property], left[property]];
      return {
        identity: below,
        kind: "changed",
        property,
        ...(expected === undefined ? {} : { expected }),
        ...(found === undefined ? {} : { live: found }),
      };
    });
    return [{ identity: below, differences, left }];
  });
}

function isSame(one: CatalogObject[string] | undefined, other: CatalogObject[string] | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}
