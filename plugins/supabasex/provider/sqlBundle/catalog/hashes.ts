import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";
import { isOfAggregate } from "./coverage";

/**
 * Properties of all objects of their kinds. They are hashes after the version for which they can be compared,
 * `1.11 on 17: 5e8f…`.
 */
const hashes: ReadonlySet<string> = new Set([
  "columnTypes",
  "constraints",
  "content",
  "declaration",
  "defaults",
  "domains",
  "expressions",
  "later",
  "members",
  "statistics",
]);

/**
 * Properties that all objects of their kinds have in what this version records, but not in baselines from before 2026-11-30;
 * and `configured`, which only a session that does not override the setting can read.
 */
const perhapsAbsent: ReadonlySet<string> = new Set([
  "arguments",
  "configured",
  "logged",
  "returns",
  "volatility",
]);

/**
 * Returns whether the values of a property of two states can be compared: always, except if one is not known, and for hashes of another
 * version. Of the types of columns, only those of known columns are: another application may add more at any time. Of the tables of an
 * extension, only known ones that still exist are: extensions such as queues create and drop them at run time.
 */
export function doCompare(property: string, object: CatalogObject, now: CatalogObject): boolean {
  const [one, other] = [object[property], now[property]];
  if (perhapsAbsent.has(property) || isOfAggregate(property, now))
    return one !== undefined && other !== undefined;
  if (property === "types") {
    if (!isJsonObject(one) || !isJsonObject(other)) return false;
    return Object.entries(one).some(([column, type]) => other[column] !== type);
  }
  if (property === "loggedTables") {
    if (!isJsonObject(one) || !isJsonObject(other)) return false;
    return Object.entries(one).some(
      ([table, isLogged]) => other[table] !== undefined && other[table] !== isLogged,
    );
  }
  if (property === "tables") {
    if (!isJsonObject(one) || !isJsonObject(other)) return false;
    return Object.entries(one).some(
      ([table, hash]) => other[table] !== hash && areOfOneVersion(hash, other[table]),
    );
  }
  return !hashes.has(property) || areOfOneVersion(one, other);
}

/** Returns whether both hashes are known and can be compared. */
function areOfOneVersion(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const [version, otherVersion] = [one, other].map((value) => /^(.*): /.exec(String(value))?.[1]);
  return version === otherVersion;
}

/** Returns the object with the current values where its own cannot be compared with them. */
export function withHashesOfNow(object: CatalogObject, now: CatalogObject | undefined): CatalogObject {
  const renewed = Object.entries(now ?? {}).filter(([property]) => !doCompare(property, object, now ?? {}));
  return renewed.length === 0 ? object : { ...object, ...Object.fromEntries(renewed) };
}
