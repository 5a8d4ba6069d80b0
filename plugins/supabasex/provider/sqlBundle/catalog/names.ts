import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";

/**
 * Words that became keywords after PostgreSQL 15, the oldest version that we support. Newer servers quote them when
 * they are names. The list comes from `pg_get_keywords()` on 15 and on 17, without the categories that need no quotes.
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

/** The only one of these words that is also the name of a built-in type, which no server quotes. */
const typeName = "json";

const mayHoldNewerKeyword = /json|merge_action|system_user/;

/** Kinds whose names are plain strings, not identifiers. */
const bareNames = /^(bucket|cron job|applied file) /;

/** Properties with names of objects, types or columns, as `quote_ident` and `format_type` print them. */
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

/** Properties in which a word at the beginning or after a space is a column name. */
const columnProperties: ReadonlySet<string> = new Set(["attributes", "columns", "ownedBy"]);

/** Both count characters in quotes as part of a name. */
const beforeParenthesis = /^((?:"(?:[^"]|"")*"|[^"(])*)(.*)$/s;
const beforeBlank = /^((?:"(?:[^"]|"")*"|[^" ])*)(.*)$/s;

/**
 * Returns the identity with every name quoted as in the newest supported server, so the same object has the same
 * identity in each version. The types of a function's arguments are in parentheses.
 */
export function canonicalIdentity(identity: string): string {
  if (!mayHoldNewerKeyword.test(identity) || bareNames.test(identity)) return identity;
  const [, name = "", types = ""] = beforeParenthesis.exec(identity) ?? [];
  return quoteNames(name, "names") + quoteNames(types, "types");
}

/** Returns the object with the names in its properties quoted as in the newest supported server. */
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

/** Returns a catalog from an older version of this provider, with names in the current form. */
export function canonicalCatalog(catalog: Catalog): Catalog {
  return Object.fromEntries(
    Object.entries(catalog).map(([identity, object]) => [
      canonicalIdentity(identity),
      isJsonObject(object) ? canonicalObject(object) : object,
    ]),
  );
}

/** Returns whether a property contains names, which {@link canonicalNames} quotes. */
export function isNameProperty(property: string): boolean {
  return nameProperties.has(property);
}

/** Returns the value of a property with its names quoted as in the newest supported server. */
export function canonicalNames(property: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const all = value.map((entry) => canonicalNames(property, entry));
    return all.some((entry, index) => entry !== value[index]) ? all : value;
  }
  if (typeof value !== "string" || !mayHoldNewerKeyword.test(value)) return value;
  if (!columnProperties.has(property)) return quoteNames(value, "types");
  // An attribute is a column and its type, an owner a table and its column.
  const [, first = "", others = ""] = beforeBlank.exec(value) ?? [];
  return quoteNames(first, "names") + quoteNames(others, property === "ownedBy" ? "names" : "types");
}

/** @param bare - the meaning of an unqualified `json`: a name, or the built-in type. After a dot it is a name. */
function quoteNames(text: string, bare: "names" | "types"): string {
  return text.replace(/"(?:[^"]|"")*"|\.?[\w$\u0080-\uffff]+/g, (token) => {
    const isQualified = token.startsWith(".");
    const word = isQualified ? token.slice(1) : token;
    if (!newerKeywords.has(word)) return token;
    if (word === typeName && bare === "types" && !isQualified) return token;
    return `${isQualified ? "." : ""}"${word}"`;
  });
}
