import { canonicalJson, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";

/**
 * In an expectation, the property that lists which other properties the bundle set on an object that it did not make,
 * such as a grant on the schema `public`. Only those are compared. An object without it is the bundle's altogether.
 */
export const touched = "touched";

/** The properties that count on an object; undefined when all do. */
export function touchedProperties(object: CatalogObject): readonly string[] | undefined {
  const names = object[touched];
  return Array.isArray(names) ? names.map(String) : undefined;
}

/** The names of the properties that differ, sorted. */
export function changedProperties(one: CatalogObject, other: CatalogObject): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isEqual(one[name], other[name])).sort();
}

function isEqual(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(one) === canonicalJson(other);
}

/** The named properties, as far as the object has them. */
export function pick(object: CatalogObject, names: readonly string[]): CatalogObject {
  const picked: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = object[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
