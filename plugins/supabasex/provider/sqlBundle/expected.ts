import { canonicalJson, isJsonObject, type JsonValue } from "../../../../foundation/json";
import { type Catalog, type CatalogObject, type CatalogReading, extendExpectation, touched } from "./catalog";
import { sortedCatalog } from "./catalog/catalog";

/**
 * What the bundle's files have made, after some of them ran between two readings. Only their difference counts, so what
 * somebody else made or changed never becomes expected; but what a file that ran declares is the file's, even where it
 * was there before.
 */
export function expectationAfter(
  previous: Catalog,
  before: CatalogReading,
  after: CatalogReading,
  declared: ReadonlySet<string>,
): Catalog {
  const objects = new Map(Object.entries(extendExpectation(previous, before, after)));
  for (const identity of declared) {
    const now = after.catalog[identity];
    if (now === undefined) continue;
    const expected = objects.get(identity);
    if (expected === undefined || expected[touched] !== undefined) objects.set(identity, now);
  }
  for (const [identity, object] of objects) {
    const grants = mergedGrants(previous[identity], before.catalog[identity], after.catalog[identity]);
    if (grants !== undefined && object.grants !== undefined) objects.set(identity, { ...object, grants });
  }
  return sortedCatalog(objects);
}

/**
 * The expected grants of an object whose grants a file changed: the change, applied to what was expected, so that a
 * privilege that somebody granted by hand beside it stays unexpected. `undefined` where there is nothing to merge.
 */
function mergedGrants(
  known: CatalogObject | undefined,
  then: CatalogObject | undefined,
  now: CatalogObject | undefined,
): JsonValue | undefined {
  const [expected, former, latter] = [known?.grants, then?.grants, now?.grants];
  if (!isJsonObject(expected) || !isJsonObject(former) || !isJsonObject(latter)) return undefined;
  if (canonicalJson(expected) === canonicalJson(former)) return undefined;
  const merged = { ...expected };
  for (const grantee of new Set([...Object.keys(former), ...Object.keys(latter)])) {
    const [was, is] = [texts(former[grantee]), texts(latter[grantee])];
    const privileges = new Set(texts(expected[grantee]));
    for (const privilege of was) if (!is.includes(privilege)) privileges.delete(privilege);
    for (const privilege of is) if (!was.includes(privilege)) privileges.add(privilege);
    if (privileges.size === 0) delete merged[grantee];
    else merged[grantee] = [...privileges].sort();
  }
  return merged;
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
