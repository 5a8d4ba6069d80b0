import type { JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";
import { existenceOnlyMark } from "./kinds/existenceOnly";
import { serverIdentity } from "./serverVersion";

/** The property of the server with the version of what a read covers. It is never a difference. */
export const coverageProperty = "coverage";

/** Which properties a read covers. A version of this provider that reads more has a higher one. Version 1 is not recorded. */
export const coverageVersion = 4;

/** The first version of a read that lists statement triggers of partitions with those of the parent. */
export const copiesSince = 3;

/** Property → the first version of a read that covers it, if that is not version 1. */
const coveredSince: Readonly<Record<string, number>> = {
  accessMethod: 2,
  statisticsOptions: 2,
  statisticsTarget: 2,
  statisticsTargets: 2,
  toastOptions: 2,
  wrapperOptions: 2,
  defaultPartition: 3,
  partitions: copiesSince,
  dependsOn: 4,
  unlogged: 4,
};

/** Returns the first version that covers a property of an object. */
function sinceOf(property: string, object: CatalogObject): number {
  if (isOfAggregate(property, object)) return 4;
  return coveredSince[property] ?? 1;
}

/** Returns whether a property is the privileges of an aggregate. Only their existence was read before 2026-11-30. */
export function isOfAggregate(property: string, object: CatalogObject): boolean {
  return property === "grants" && object[existenceOnlyMark] !== undefined;
}

/**
 * Returns the version of an expectation that is from an older version of this provider, which did not read all properties: that
 * they are absent says nothing. Returns `undefined` if the expectation covers as much as the read.
 */
export function olderCoverage(expected: Catalog, live: Catalog): number | undefined {
  const [recorded, now] = [expected[serverIdentity], live[serverIdentity]];
  if (recorded === undefined || now?.[coverageProperty] === undefined) return undefined;
  const version = Number(recorded[coverageProperty] ?? 1);
  return version < Number(now[coverageProperty]) ? version : undefined;
}

/** Returns the object with the current values of the properties that reads of this older version did not cover. */
export function withLateProperties(object: CatalogObject, now: CatalogObject, older: number): CatalogObject {
  const late = Object.entries(now).filter(([name]) => sinceOf(name, now) > older);
  return late.length === 0 ? object : { ...object, ...Object.fromEntries<JsonValue>(late) };
}
