import type { JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";

/** The identity whose property `majorVersion` says which PostgreSQL printed the catalog. */
export const serverIdentity = "server";

/** Properties that the server prints from what it has parsed; another major version may print the same thing otherwise. */
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

/** Whether two catalogs come from different major versions, so that their printed properties do not compare. */
export function areOfDifferentVersions(one: Catalog, other: Catalog): boolean {
  const [first, second] = [one[serverIdentity]?.majorVersion, other[serverIdentity]?.majorVersion];
  return first !== undefined && second !== undefined && first !== second;
}

/** Whether the value of a property is a printed text; a function's body is when the server keeps it parsed. */
export function isPrinted(property: string, value: JsonValue | undefined): boolean {
  if (typeof value !== "string") return false;
  return printed.has(property) || (property === "body" && /^\s*(BEGIN ATOMIC|RETURN)\b/.test(value));
}

/** The object with its printed properties as the other version prints them; a property that went or came stays so. */
export function reprinted(object: CatalogObject, print: CatalogObject): CatalogObject {
  return Object.fromEntries(
    Object.entries(object).map(([property, value]) => {
      const now = print[property];
      return [property, isPrinted(property, value) && isPrinted(property, now) ? (now ?? value) : value];
    }),
  );
}
