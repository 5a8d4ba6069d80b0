import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";

/**
 * Words that became keywords after PostgreSQL 15, the oldest version that we support: newer servers print them in quotes
 * where they are names. The list is that of `pg_get_keywords()` on 15 and on 17, without the categories that need none.
 */
const newerKeywords: ReadonlySet<string> = new Set([
  "json",
  "json_array",
  "json_arrayagg",
  "json_exists",
  "json_object",
  "json_objectagg",
  "json_query",
  "json_scalar",
  "json_serialize",
  "json_table",
  "json_value",
  "merge_action",
  "system_user",
]);

/** Of these words the one that is also the name of a built-in type, which no server prints in quotes. */
const typeName = "json";

const mayHoldNewerKeyword = /json|merge_action|system_user/;

/** Kinds whose names are plain texts, not identifiers. */
const bareNames = /^(bucket|cron job|applied file) /;

/** Properties that hold names of objects, of types or of columns, as `quote_ident` and `format_type` print them. */
const nameProperties: ReadonlySet<string> = new Set([
  "attributes",
  "canonical",
  "collation",
  "columns",
  "function",
  "inheritedFrom",
  "inherits",
  "ofType",
  "ownedBy",
  "partitionOf",
  "replicaIdentity",
  "schema",
  "server",
  "subtype",
  "subtypeDifference",
  "support",
  "table",
  "type",
]);

/** Properties in which a word of its own at the beginning, or after a blank, is the name of a column. */
const columnProperties: ReadonlySet<string> = new Set(["attributes", "columns", "ownedBy"]);

/**
 * Returns the identity with every name quoted as the newest supported server quotes it, so that the same object has the
 * same identity on each. What is between parentheses are the types of a function's arguments.
 */
export function canonicalIdentity(identity: string): string {
  if (!mayHoldNewerKeyword.test(identity) || bareNames.test(identity)) return identity;
  const [name = "", ...types] = identity.split(/(?=\()/);
  return quoteNames(name, "names") + quoteNames(types.join(""), "types");
}

/** Returns the object with the names in its properties quoted as the newest supported server quotes them. */
export function canonicalObject(object: CatalogObject): CatalogObject {
  let canonical: Record<string, JsonValue> | undefined;
  for (const [property, value] of Object.entries(object)) {
    if (!isNameProperty(property)) continue;
    const now = canonicalNames(property, value);
    if (now === value) continue;
    canonical ??= { ...object };
    canonical[property] = now;
  }
  return canonical ?? object;
}

/** Returns a catalog that an older version of this provider kept, with its names as this one reads them. */
export function canonicalCatalog(catalog: Catalog): Catalog {
  return Object.fromEntries(
    Object.entries(catalog).map(([identity, object]) => [
      canonicalIdentity(identity),
      isJsonObject(object) ? canonicalObject(object) : object,
    ]),
  );
}

/** Returns whether a property holds names, which {@link canonicalNames} quotes. */
export function isNameProperty(property: string): boolean {
  return nameProperties.has(property);
}

/** Returns the value of a property with the names in it quoted as the newest supported server quotes them. */
export function canonicalNames(property: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const all = value.map((entry) => canonicalNames(property, entry));
    return all.some((entry, index) => entry !== value[index]) ? all : value;
  }
  if (typeof value !== "string" || !mayHoldNewerKeyword.test(value)) return value;
  if (!columnProperties.has(property)) return quoteNames(value, "types");
  // An attribute is a column and its type, an owner a table and its column.
  const [first = "", ...rest] = value.split(/(?= )/);
  const others = rest.join("");
  return quoteNames(first, "names") + quoteNames(others, property === "ownedBy" ? "names" : "types");
}

/** @param bare - What a bare `json` is: a name, or the built-in type. Behind a dot it is a name. */
function quoteNames(text: string, bare: "names" | "types"): string {
  return text.replace(/"(?:[^"]|"")*"|\.?[\w$\u0080-\uffff]+/g, (token) => {
    const isQualified = token.startsWith(".");
    const word = isQualified ? token.slice(1) : token;
    if (!newerKeywords.has(word)) return token;
    if (word === typeName && bare === "types" && !isQualified) return token;
    return `${isQualified ? "." : ""}"${word}"`;
  });
}
