import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";

/**
 * In an expectation, the property that lists which other properties the bundle set on an object that it did not make.
 * Only those are compared; of grants only those to the named roles: `["comment", "grants.authenticated"]`. An object
 * without it is the bundle's altogether.
 */
export const touched = "touched";

const grantsPrefix = "grants.";

/** What counts on an object; undefined when all does. */
export function touchedProperties(object: CatalogObject): readonly string[] | undefined {
  const names = object[touched];
  return Array.isArray(names) ? names.map(String) : undefined;
}

/** What a change from one state of an object to another touches. */
export function touchedBetween(former: CatalogObject, now: CatalogObject): string[] {
  return changedProperties(former, now).flatMap((name) => {
    if (name !== "grants") return [name];
    return changedProperties(asObject(former.grants), asObject(now.grants)).map(
      (grantee) => grantsPrefix + grantee,
    );
  });
}

/** The object as an expectation that counts for these properties only. */
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

/** The names of the properties that differ, sorted. */
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
