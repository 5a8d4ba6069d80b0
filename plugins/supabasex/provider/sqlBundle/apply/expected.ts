import { type Catalog, type CatalogReading, extendExpectation, touched } from "../catalog";
import { sortedCatalog } from "../catalog/catalog";

/**
 * Returns what the bundle's files have made, after some of them ran between two readings. Only their difference counts, so
 * what somebody else made or changed never becomes expected; but what a file that ran declares is the file's, even where it
 * was there before.
 *
 * @param declared identities that files declare which ran
 * @param recreated identities that a rebuild recreated from the catalog
 */
export function expectationAfter(
  previous: Catalog,
  before: CatalogReading,
  after: CatalogReading,
  { declared, recreated }: { declared: ReadonlySet<string>; recreated?: ReadonlySet<string> },
): Catalog {
  const objects = new Map(Object.entries(extendExpectation(previous, before, after, recreated)));
  for (const identity of declared) {
    const now = after.catalog[identity];
    if (now === undefined) continue;
    const expected = objects.get(identity);
    if (expected === undefined || expected[touched] !== undefined) objects.set(identity, now);
  }
  return sortedCatalog(objects);
}
