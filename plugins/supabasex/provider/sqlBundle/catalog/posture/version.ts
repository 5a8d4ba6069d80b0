import { type Catalog, type CatalogObject, sortedCatalog } from "../catalog";
import type { CatalogDifference } from "../difference";
import { partsOfIdentity } from "../identity";
import { serverIdentity } from "../serverVersion";
import { grantees, hookCaller, isOfPlatform } from "./exposure";
import type { PostureDigests } from "./groups";

/** What a posture covers. Increased when it covers more. */
export const postureVersion = 3;

/** A version of the coverage that this program can compute. */
export type PostureVersion = 2 | typeof postureVersion;

/** The property of the server with the version of a posture. Absent in version 1. */
export const versionProperty = "posture";

/**
 * Returns the coverage with which the current access is compared with a baseline: the baseline's own, so that nothing is reported only
 * because this version covers more, and everything is that the older version would have reported. A baseline of version 1 is compared
 * with what version 2 covers: see {@link isNewSinceVersion1}.
 */
export function coverageOf(baseline: Catalog): PostureVersion {
  const server = baseline[serverIdentity];
  return server === undefined ? postureVersion : coverageOfVersion(server[versionProperty]);
}

/** The posture of a state. */
export interface RememberedAccess {
  readonly digests: PostureDigests;
  /** What the posture covers. The database's record could be edited to say that it covers less. */
  readonly coverage: PostureVersion;
}

/** Returns the coverage of a version. Absent in records of version 1, and in states from before version 3. */
export function coverageOfVersion(version: unknown): PostureVersion {
  return Number(version ?? 1) < postureVersion ? 2 : postureVersion;
}

/**
 * Returns a baseline of an older version with what only this version covers, as it is now: what it was before is not known. What it
 * does not cover any more is left out.
 *
 * @param former the current posture with the baseline's coverage
 * @param posture the same with that of this version
 */
export function withNewCoverage(baseline: Catalog, former: Catalog, posture: Catalog): Catalog {
  const extended = new Map(Object.entries(baseline));
  for (const identity of Object.keys(former)) if (posture[identity] === undefined) extended.delete(identity);
  for (const [identity, object] of Object.entries(posture)) {
    const [covered, known] = [former[identity], extended.get(identity)];
    if (covered === undefined) extended.set(identity, known ?? object);
    else if (known !== undefined) {
      const isNew = (name: string) => isPropertySinceVersion3(identity, name);
      const later = Object.entries(object).filter(([name]) => covered[name] === undefined || isNew(name));
      const kept = Object.entries(known).filter(([name]) => !isNew(name));
      if (later.length > 0) extended.set(identity, Object.fromEntries([...later, ...kept]));
    }
  }
  const server = posture[serverIdentity];
  if (server !== undefined) extended.set(serverIdentity, server);
  return sortedCatalog(extended);
}

/** Returns whether a baseline is of version 1. */
export function isOfVersion1(baseline: Catalog): boolean {
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

/** Kinds that count in any schema, or are in none, but not before version 3. */
const kindsSinceVersion3: ReadonlySet<string> = new Set([
  "access method",
  "foreign-data wrapper",
  "OAuth client",
  "OAuth provider",
  "SAML provider",
  "SSO domain",
  "SSO provider",
]);

/** Returns whether an object that counts in any schema did not before version 3. */
export function isSinceVersion3(identity: string): boolean {
  const { kind, schema } = partsOfIdentity(identity);
  return kindsSinceVersion3.has(kind) || (kind === "transform" && schema !== undefined);
}

/**
 * Returns whether the value of a property in a posture before version 3 says nothing: grants on large objects were not read, nor what
 * foreign tables in the platform's schemas show.
 */
export function isPropertySinceVersion3(identity: string, property: string): boolean {
  const { kind, schema = "" } = partsOfIdentity(identity);
  if (kind === "foreign table")
    return isOfPlatform(schema) && (property === "server" || property === "wrapperOptions");
  return property === "grants" && kind === "large object";
}

const usableKinds: ReadonlySet<string> = new Set([
  "aggregate",
  "collation",
  "column",
  "foreign table",
  "function",
  "materialized view",
  "operator",
  "policy",
  "procedure",
  "rule",
  "table",
  "text search configuration",
  "text search dictionary",
  "trigger",
  "type",
  "view",
]);

/** Of these, those that versions before 3 did not follow. */
const usableSinceVersion3: ReadonlySet<string> = new Set([
  "aggregate",
  "collation",
  "foreign table",
  "operator",
  "rule",
  "text search configuration",
  "text search dictionary",
  "trigger",
  "type",
]);

/** Returns whether an object may count only because something uses it, or because it guards such an object. */
export function isUsable(identity: string, version: PostureVersion = postureVersion): boolean {
  const { kind } = partsOfIdentity(identity);
  return usableKinds.has(kind) && (version >= 3 || !usableSinceVersion3.has(kind));
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
