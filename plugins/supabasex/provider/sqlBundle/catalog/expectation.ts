import type { JsonValue } from "../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import { changedProperties, pick, touched, touchedProperties } from "./properties";
import type { CatalogReading } from "./read";
import { managedPart } from "./scope";

/**
 * The expectation after files were applied: what they changed, added to what was expected. Whatever was there before
 * and is unchanged stays as it was, expected or not. So nothing made by hand is ever adopted: not by an unrelated file,
 * not under a new name because a file renamed the table that it is on, not because its printed text follows something
 * that a file renamed. What a file drops and creates again is the file's.
 *
 * @param before read in the applying transaction, before the files
 * @param after read in the same transaction, after them
 */
export function extendExpectation(expected: Catalog, before: CatalogReading, after: CatalogReading): Catalog {
  const formerNames = new Map([...before.addresses].map(([identity, address]) => [address, identity]));
  const managedBefore = managedPart(expected, before.catalog);
  const result = new Map(Object.entries(expected));
  for (const identity of Object.keys(before.catalog)) {
    if (after.catalog[identity] === undefined) result.delete(identity);
  }
  for (const [identity, now] of Object.entries(after.catalog)) {
    const address = after.addresses.get(identity);
    const formerName = address === undefined ? identity : (formerNames.get(address) ?? "");
    const former = before.catalog[formerName];
    if (former === undefined) result.set(identity, now);
    else if (expected[formerName] !== undefined) {
      result.set(identity, changedExpectation(expected[formerName], former, now));
    } else if (managedBefore[formerName] === undefined) {
      const changed = changedProperties(former, now);
      if (changed.length > 0) result.set(identity, { ...pick(now, changed), [touched]: changed });
    }
  }
  return sortedCatalog(result);
}

function changedExpectation(
  expected: CatalogObject,
  former: CatalogObject,
  now: CatalogObject,
): CatalogObject {
  const changed = changedProperties(former, now);
  const next: Record<string, JsonValue> = { ...expected };
  for (const name of changed) {
    const value = now[name];
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  const before = touchedProperties(expected);
  if (before !== undefined) next[touched] = [...new Set([...before, ...changed])].sort();
  return next;
}
