import type { JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";
import { serverIdentity } from "./serverVersion";

/** The property of the server with the version of what a read covers. It is never a difference. */
export const coverageProperty = "coverage";

/** Which properties a read covers. A version of this provider that reads more has a higher one. */
export const coverageVersion = 2;

/** The properties that only reads of version 2 cover. */
const sinceVersion2: ReadonlySet<string> = new Set([
  "accessMethod",
  "statisticsOptions",
  "statisticsTarget",
  "statisticsTargets",
  "toastOptions",
  "wrapperOptions",
]);

/**
 * Returns whether an expectation is from an older version of this provider, which did not read these properties: that
 * they are absent says nothing.
 */
export function lacksProperties(expected: Catalog, live: Catalog): boolean {
  const [recorded, now] = [expected[serverIdentity], live[serverIdentity]];
  return (
    recorded !== undefined &&
    now?.[coverageProperty] !== undefined &&
    recorded[coverageProperty] === undefined
  );
}

/** Returns the object with the current values of the properties that older versions of this provider did not read. */
export function withLateProperties(object: CatalogObject, now: CatalogObject): CatalogObject {
  const late = Object.entries(now).filter(([name]) => sinceVersion2.has(name));
  return late.length === 0 ? object : { ...object, ...Object.fromEntries<JsonValue>(late) };
}
