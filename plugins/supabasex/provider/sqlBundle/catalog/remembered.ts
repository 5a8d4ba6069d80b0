import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import { digestOf, type ExpectedDigests, liveMembers } from "./digests";
import { touchedPart } from "./properties";
import { Scope, watchedPart } from "./scope";

/**
 * Returns the expectation of digests if a live catalog matches them: each object of a digest is unchanged, and nothing
 * else belongs to the bundle. Returns undefined if anything differs. Nearly every refresh finds no difference, so this
 * runs before both catalogs are compared.
 */
export function expectationIfUnchanged(digests: ExpectedDigests, live: Catalog): Catalog | undefined {
  const groups = liveMembers(digests, live);
  const found = new Map<string, CatalogObject>();
  for (const [identity, { digest, touched }] of digests) {
    const group = groups.get(identity) ?? [];
    const members =
      touched === undefined
        ? group
        : group.map(([name, object]) => [name, touchedPart(object, touched)] as const);
    if (digestOf(members) !== digest) return undefined;
    for (const [name, object] of members) found.set(name, object);
  }
  const scope = new Scope(found, live);
  const isUnchanged = Object.entries(live).every(([identity, object]) => {
    const expected = found.get(identity);
    if (identity === "schema public") return hasNothingElse(expected, object);
    return expected !== undefined || scope.isEmpty || !scope.includesExtra(identity, object);
  });
  return isUnchanged ? sortedCatalog(found) : undefined;
}

/** Returns whether the schema `public` grants no more than expected. */
function hasNothingElse(expected: CatalogObject | undefined, live: CatalogObject): boolean {
  const watched = watchedPart("schema public", expected, live);
  return watched === undefined || watched === live || JSON.stringify(watched) === JSON.stringify(expected);
}
