import type { Catalog, CatalogObject } from "../catalog";
import type { CatalogDifference } from "../difference";
import { partsOfIdentity } from "../identity";
import { serverIdentity } from "../serverVersion";
import { grantees, hookCaller, isOfPlatform } from "./exposure";

/** What a posture covers. Increased when it covers more. */
export const postureVersion = 2;

/** The property of the server with the version of a posture. Absent in version 1. */
export const versionProperty = "posture";

/** Returns whether a baseline is from an older version of this program, which covered less. */
export function isOfOlderVersion(baseline: Catalog): boolean {
  const server = baseline[serverIdentity];
  return server !== undefined && server[versionProperty] === undefined;
}

/** Kind → properties that version 1 did not cover. */
const sinceVersion2: Readonly<Record<string, readonly string[]>> = {
  column: ["wrapperOptions"],
  "foreign table": ["inherits", "partitionOf", "wrapperOptions"],
  function: ["strict"],
};

/** A privilege of the server's own roles on an object of an extension. */
const serverRolePrivilege = /^extension privilege .* to pg_\w+$/s;

/**
 * Returns whether a difference from a baseline of version 1 only says that this version covers more. What version 1 reported is
 * still reported.
 */
export function isNewSinceVersion1(
  { identity, kind, property = "", expected }: CatalogDifference,
  posture: Catalog,
): boolean {
  const { kind: ofObject, schema } = partsOfIdentity(identity);
  const object = posture[identity] ?? {};
  if (kind === "changed") {
    const isOwnerOfMember = property === "owner" && object.extension !== undefined && schema !== undefined;
    return (
      expected === undefined && (isOwnerOfMember || sinceVersion2[ofObject]?.includes(property) === true)
    );
  }
  if (kind === "missing") return false;
  if (schema === undefined) return serverRolePrivilege.test(identity);
  if (ofObject !== "schema" && isOwnedMember(object)) return true;
  switch (ofObject) {
    case "type":
      return object.labels === undefined || !isOfPlatform(schema);
    case "foreign table":
      // In another schema, it counts as a partition or child.
      return !isExposed(schema, posture);
    case "sequence":
      return !isOfPlatform(schema) && !isGranted(object);
    case "column":
      return object.grants === undefined || isUsedOnly(identity, posture);
    case "table":
      return isUsedOnly(identity, posture) && !isChild(object);
  }
  return isUsedOnly(identity, posture) && !grantees(object.grants).includes(hookCaller);
}

/** Returns whether an object of an extension counts only because an API role owns it. */
function isOwnedMember(object: CatalogObject): boolean {
  const { extension, owner, rowSecurity } = object;
  return extension !== undefined && owner !== undefined && rowSecurity !== true && !isGranted(object);
}

function isGranted({ grants }: CatalogObject): boolean {
  return grantees(grants).length > 0;
}

/** Returns whether a table is a partition or a child of another one. */
export function isChild({ partitionOf, inherits }: CatalogObject): boolean {
  return partitionOf !== undefined || inherits !== undefined;
}

const usableKinds: ReadonlySet<string> = new Set([
  "function",
  "procedure",
  "view",
  "materialized view",
  "table",
  "column",
  "policy",
]);

/** Returns whether an object may count only because something uses it, or because it guards such an object. */
export function isUsable(identity: string): boolean {
  return usableKinds.has(partsOfIdentity(identity).kind);
}

/**
 * Returns whether an object only counts because something uses it: it is in a schema that no API role may use.
 *
 * @param posture the posture with the object
 */
export function isUsedOnly(identity: string, posture: Catalog): boolean {
  const { schema = "" } = partsOfIdentity(identity);
  return isUsable(identity) && !isExposed(schema, posture);
}

function isExposed(schema: string, posture: Catalog): boolean {
  return schema === "public" || isOfPlatform(schema) || posture[`schema ${schema}`] !== undefined;
}
