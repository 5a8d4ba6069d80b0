import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import { digestOf, type ExpectedDigests, liveMembers } from "./digests";
import { touchedPart } from "./properties";
import { Scope, watchedPart } from "./scope";

/**
 * Returns the expectation that digests stand for if a live catalog is as it was remembered: each object of a digest is
 * unchanged, and there is nothing else that the bundle answers for. Returns undefined where anything differs. Nearly every
 * refresh finds no difference, so this is asked before both catalogs are compared.
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

/** Whether nobody opened the schema `public` beyond what is expected of it. */
function hasNothingElse(expected: CatalogObject | undefined, live: CatalogObject): boolean {
  const watched = watchedPart("schema public", expected, live);
  return watched === undefined || watched === live || JSON.stringify(watched) === JSON.stringify(expected);
}
