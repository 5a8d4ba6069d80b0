import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";

/**
 * In an expectation, the property with the names of the properties that the bundle set on a foreign object. Only those
 * are compared; for grants, only those to the named roles: `["comment", "grants.authenticated"]`. An object without it
 * belongs to the bundle as a whole.
 */
export const touched = "touched";

const grantsPrefix = "grants.";

/** Returns the properties that count for an object; undefined if all do. */
export function touchedProperties(object: CatalogObject): readonly string[] | undefined {
  const names = object[touched];
  return Array.isArray(names) ? names.map(String) : undefined;
}

/** Returns what a change from one state of an object to another touches. */
export function touchedBetween(former: CatalogObject, now: CatalogObject): string[] {
  return changedProperties(former, now).flatMap((name) => {
    if (name !== "grants") return [name];
    return changedProperties(asObject(former.grants), asObject(now.grants)).map(
      (grantee) => grantsPrefix + grantee,
    );
  });
}

/** Returns the object as an expectation that only counts for these properties. */
export function touchedPart(object: CatalogObject, names: readonly string[]): CatalogObject {
  const part: Record<string, JsonValue> = { [touched]: [...names].sort() };
  for (const name of names) {
    const value = object[name];
    if (value !== undefined) part[name] = value;
  }
  const grantees = names
    .filter((name) => name.startsWith(grantsPrefix))
    .map((name) => name.slice(grantsPrefix.length));
  if (grantees.length > 0) part.grants = { ...pick(asObject(object.grants), grantees) };
  return part;
}

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** Returns the names of the differing properties, sorted. */
export function changedProperties(one: CatalogObject, other: CatalogObject): string[] {
  if (one === other) return [];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isEqual(one[name], other[name])).sort();
}

function isEqual(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return canonicalJson(one) === canonicalJson(other);
}

function pick(object: CatalogObject, names: readonly string[]): CatalogObject {
  return Object.fromEntries(
    names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])),
  );
}
