import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";
import { rememberUse, usesOf, withUses } from "./uses";

/** The API's roles: a partition grants them nothing, because reading it directly skips its parent's policies. */
export const apiRoles: ReadonlySet<string> = new Set(["anon", "authenticated", "public"]);

/**
 * Returns the objects without the partitions that match their parent. Partitions are created and dropped over time, so
 * a bundle does not declare them. One that differs stays, with `partitionOf` and the differing properties. (What a
 * partition has in addition to its parent, such as a policy, is a separate object and stays.)
 */
export function withoutMatchingPartitions(
  objects: ReadonlyMap<string, CatalogObject>,
): Map<string, CatalogObject> {
  const remaining = new Map<string, CatalogObject>();
  for (const [identity, object] of objects) {
    const parentName = object.partitionOf;
    if (typeof parentName !== "string") {
      remaining.set(identity, object);
      continue;
    }
    const parent = objects.get(`table ${parentName}`);
    const differing = parent === undefined ? object : differencesFromParent(object, parent);
    const used = usesOf(object);
    if (Object.keys(differing).length > 0) {
      remaining.set(identity, withUses({ partitionOf: parentName, ...differing }, used));
      continue;
    }
    // A partition's own checks run when a row is written to a table above it.
    const top = topOf(object, objects);
    for (const name of used) if (!usesOf(top).includes(name)) rememberUse(top, name);
  }
  return remaining;
}

/** Returns the partitioned table to which a partition belongs, through all levels. */
function topOf(partition: CatalogObject, objects: ReadonlyMap<string, CatalogObject>): CatalogObject {
  const parent = objects.get(`table ${String(partition.partitionOf)}`);
  return parent === undefined ? partition : topOf(parent, objects);
}

function differencesFromParent(partition: CatalogObject, parent: CatalogObject): CatalogObject {
  const differing: Record<string, JsonValue> = {};
  for (const name of ["owner", "rowSecurity", "rowSecurityForced", "persistence", "comment", "server"]) {
    const value = partition[name];
    const expected = name === "comment" ? undefined : parent[name];
    if (value !== expected) differing[name] = value ?? null;
  }
  // A parent has its own replica identity and no storage options; partitions inherit neither.
  const replicaIdentity = partition.replicaIdentity;
  if (replicaIdentity !== undefined && replicaIdentity !== parent.replicaIdentity) {
    differing.replicaIdentity = replicaIdentity;
  }
  if (partition.grants !== undefined && !isWithin(partition.grants, parent.grants)) {
    differing.grants = partition.grants;
  }
  return differing;
}

/** Returns whether a partition's grants are at most the parent's, and none of them to an API role. */
function isWithin(grants: JsonValue, parentGrants: JsonValue | undefined): boolean {
  const allowed: JsonObject = isJsonObject(parentGrants) ? parentGrants : {};
  return (
    isJsonObject(grants) &&
    Object.entries(grants).every(
      ([grantee, privileges]) => !apiRoles.has(grantee) && isSubset(privileges, allowed[grantee] ?? []),
    )
  );
}

function isSubset(privileges: JsonValue, allowed: JsonValue): boolean {
  if (!Array.isArray(privileges) || !Array.isArray(allowed)) return false;
  if (allowed.includes("all")) return true;
  const names = new Set(allowed.map(canonicalJson));
  return privileges.every((privilege) => names.has(canonicalJson(privilege)));
}
