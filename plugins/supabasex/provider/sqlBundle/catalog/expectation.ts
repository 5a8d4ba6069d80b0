import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import { copiesSince, olderCoverage, withLateProperties } from "./coverage";
import { withCompletedPartitions } from "./partitionGaps";
import { isListedWithOriginal } from "./partitionTriggers";
import { changedProperties, touched, touchedBetween, touchedPart, touchedProperties } from "./properties";
import type { CatalogReading } from "./rows";
import { managedPart } from "./scope";
import { areOfDifferentVersions, reprinted, serverIdentity } from "./serverVersion";

/**
 * Returns the expectation after files were applied: their changes, added to the previous expectation. What existed
 * before and is unchanged stays as it was, expected or not. So a foreign object never becomes the bundle's: not through
 * an unrelated file, not under a new name because a file renamed its table, not because its printed text follows
 * something that a file renamed, and not because a rebuild dropped and recreated it. What a file itself drops and
 * creates again belongs to the file.
 *
 * @param before read in the applying transaction, before the files
 * @param after read in the same transaction, after them
 * @param recreated identities that a rebuild dropped and recreated from the catalog: the same objects at new addresses
 */
export function extendExpectation(
  expected: Catalog,
  before: CatalogReading,
  after: CatalogReading,
  { recreated = new Set() }: { readonly recreated?: ReadonlySet<string> | undefined } = {},
): Catalog {
  const formerNames = new Map([...before.addresses].map(([identity, address]) => [address, identity]));
  const managedBefore = managedPart(expected, before.catalog);
  const result = new Map(Object.entries(expected));
  for (const identity of Object.keys(before.catalog)) {
    if (after.catalog[identity] === undefined) result.delete(identity);
  }
  for (const [identity, now] of Object.entries(after.catalog)) {
    const address = after.addresses.get(identity);
    const sameName = address === undefined || recreated.has(identity);
    const formerName = sameName ? identity : (formerNames.get(address) ?? "");
    const former = before.catalog[formerName];
    if (former === undefined) result.set(identity, now);
    else if (expected[formerName] !== undefined) {
      const changed = changedExpectation(expected[formerName], former, now);
      result.set(
        identity,
        touchedProperties(changed) === undefined ? withCompletedPartitions(changed, now) : changed,
      );
    } else if (managedBefore[formerName] === undefined || formerName === "schema public") {
      const names = touchedBetween(former, now);
      if (names.length > 0) result.set(identity, touchedPart(now, names));
    }
  }
  renewServerVersion(result, expected, after.catalog);
  return sortedCatalog(result);
}

/**
 * Updates the printed texts after an upgrade of the server, and adds what an older version of this provider did not
 * read. An expectation belongs to the major version that printed it. After an
 * upgrade its texts are taken from the new version, which is the only time that a live expression is trusted.
 */
function renewServerVersion(result: Map<string, CatalogObject>, expected: Catalog, live: Catalog): void {
  const version = live[serverIdentity];
  if (version !== undefined) result.set(serverIdentity, version);
  const older = olderCoverage(expected, live);
  if (older === undefined && !areOfDifferentVersions(expected, live)) return;
  const isWithOriginal = (identity: string) =>
    older !== undefined && older < copiesSince && isListedWithOriginal(identity, expected, live);
  for (const [identity, object] of result) {
    const print = live[identity];
    if (print === undefined) {
      if (isWithOriginal(identity)) result.delete(identity);
      continue;
    }
    const isWhole = touchedProperties(object) === undefined;
    const covered = older !== undefined && isWhole ? withLateProperties(object, print, older) : object;
    result.set(identity, reprinted(covered, print));
  }
}

function changedExpectation(
  expected: CatalogObject,
  former: CatalogObject,
  now: CatalogObject,
): CatalogObject {
  const names = touchedProperties(expected);
  const merged = merge({ ...expected }, { ...former }, { ...now });
  if (names === undefined) return merged;
  return { ...merged, [touched]: [...new Set([...names, ...touchedBetween(former, now)])].sort() };
}

/**
 * Applies the change from `former` to `now` to `expected`. Maps, such as grants and settings, are merged key by key,
 * and lists of privileges item by item, so manual entries next to a change are not taken over.
 */
export function merge(expected: JsonObject, former: JsonObject, now: JsonObject): JsonObject {
  const merged: JsonObject = { ...expected };
  for (const name of changedProperties(former, now)) {
    const value = now[name];
    const before = former[name];
    const wanted = expected[name];
    if (value === undefined) delete merged[name];
    else if (isJsonObject(value) && isJsonObject(before)) {
      const mergeMaps = name === "grants" ? mergeGrants : merge;
      merged[name] = mergeMaps(isJsonObject(wanted) ? wanted : {}, before, value);
    } else merged[name] = value;
  }
  return merged;
}

function mergeGrants(expected: JsonObject, former: JsonObject, now: JsonObject): JsonObject {
  const merged: JsonObject = { ...expected };
  for (const grantee of changedProperties(former, now)) {
    const after = privileges(now[grantee]);
    const before = privileges(former[grantee]);
    const kept = privileges(expected[grantee]).filter(
      (item) => after.includes(item) || !before.includes(item),
    );
    const held = new Set([...kept, ...after.filter((item) => !before.includes(item))]);
    if (held.size === 0 && now[grantee] === undefined) delete merged[grantee];
    else merged[grantee] = [...held].sort();
  }
  return merged;
}

function privileges(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
