import type { JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";

/** The identity whose property `majorVersion` is the version of PostgreSQL that printed the catalog. */
export const serverIdentity = "server";

/** Properties that the server prints from a parse tree, which another major version may print differently. */
const printed: ReadonlySet<string> = new Set([
  "arguments",
  "check",
  "default",
  "definition",
  "generated",
  "partitionKey",
  "returns",
  "using",
  "where",
]);

/** Returns whether two catalogs come from different major versions, so their printed properties cannot be compared. */
export function areOfDifferentVersions(one: Catalog, other: Catalog): boolean {
  const [first, second] = [one[serverIdentity]?.majorVersion, other[serverIdentity]?.majorVersion];
  return first !== undefined && second !== undefined && first !== second;
}

/**
 * Returns whether the value of a property is a printed text. A function's body is one if the server stores it parsed.
 */
export function isPrinted(property: string, value: JsonValue | undefined): boolean {
  if (typeof value !== "string") return false;
  return printed.has(property) || (property === "body" && /^\s*(BEGIN ATOMIC|RETURN)\b/.test(value));
}

/**
 * Returns the object with its printed properties in the other version's form. An added or removed property stays so.
 */
export function reprinted(object: CatalogObject, print: CatalogObject): CatalogObject {
  return Object.fromEntries(
    Object.entries(object).map(([property, value]) => {
      const now = print[property];
      return [property, isPrinted(property, value) && isPrinted(property, now) ? (now ?? value) : value];
    }),
  );
}
