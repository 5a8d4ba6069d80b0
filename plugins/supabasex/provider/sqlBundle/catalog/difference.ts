import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";
import { copiesSince, coverageProperty, olderCoverage, withLateProperties } from "./coverage";
import { doCompare } from "./hashes";
import { parentIdentities, partsOfIdentity } from "./identity";
import { isRecovery } from "./partitionGaps";
import { isLeftCopy, isListedWithOriginal } from "./partitionTriggers";
import { changedProperties, touched } from "./properties";
import { managedPart } from "./scope";
import { areOfDifferentVersions, reprinted } from "./serverVersion";

/** A difference between the live catalog and the expected one. */
export interface CatalogDifference {
  readonly identity: string;
  /** Missing: expected, but not live. Extra: live, but not expected. Changed: one property has another value. */
  readonly kind: "missing" | "extra" | "changed";
  /** Set exactly if the kind is `changed`. */
  readonly property?: string;
  /** The expected object or property; undefined if there is none. */
  readonly expected?: JsonValue | CatalogObject | undefined;
  readonly live?: JsonValue | CatalogObject | undefined;
  /**
   * For missing objects: set if the address is known and nothing is there, so the object was dropped and not renamed.
   */
  readonly dropped?: true;
  /** For a dropped NOT NULL column without a default: set if its table has no rows. */
  readonly tableIsEmpty?: true;
  /** For a missing part of a table that does not exist and is not expected: a partition that matched its table was dropped. */
  readonly tableIsGone?: true;
  /** For a missing column of a partition: the tables above it, the nearest first. It equals their column, so it is not listed. */
  readonly partitionOf?: readonly string[];
  /**
   * For another expression of a generated column that is the last one of its table and of those below it, from which the server would
   * drop it, too: these tables.
   */
  readonly lastIn?: readonly string[];
  /** For changed grants: the owner, if it is listed because it holds fewer privileges than by default. */
  readonly owner?: string;
}

/**
 * Returns every difference in what belongs to the bundle (see {@link managedPart}), by identity, then property. Parts
 * of a missing table or view are not listed separately. Between two major versions of PostgreSQL, printed expressions
 * are not compared. The version is a difference itself, `live["server"].majorVersion`.
 *
 * @param live a whole catalog, or the managed part of one
 */
export function diffCatalogs(expected: Catalog, live: Catalog): CatalogDifference[] {
  return diffManaged(expected, managedPart(expected, live));
}

/** Returns the same for a catalog that is already the managed part. */
export function diffManaged(expected: Catalog, managed: Catalog): CatalogDifference[] {
  const upgraded = areOfDifferentVersions(expected, managed);
  const older = olderCoverage(expected, managed);
  const missing = new Set(Object.keys(expected).filter((identity) => managed[identity] === undefined));
  const identities = [...new Set([...Object.keys(expected), ...Object.keys(managed)])]
    // After an apply, nearly all are identical objects.
    .filter((identity) => expected[identity] !== managed[identity])
    .sort();
  return identities.flatMap((identity): CatalogDifference[] => {
    const wanted = expected[identity];
    const found = managed[identity];
    if (wanted === undefined)
      return isLeftCopy(identity, expected, managed) ? [] : [{ identity, kind: "extra", live: found }];
    if (found !== undefined) {
      const covered = older === undefined ? wanted : withLateProperties(wanted, found, older);
      return propertyDifferences(identity, upgraded ? reprinted(covered, found) : covered, found);
    }
    if (older !== undefined && older < copiesSince && isListedWithOriginal(identity, expected, managed))
      return [];
    const { parent } = partsOfIdentity(identity);
    const withParent = parent !== undefined && parentIdentities(parent).some((name) => missing.has(name));
    return withParent ? [] : [{ identity, kind: "missing", expected: wanted }];
  });
}

function propertyDifferences(
  identity: string,
  expected: CatalogObject,
  live: CatalogObject,
): CatalogDifference[] {
  return changedProperties(expected, live)
    .filter(
      (property) =>
        property !== touched &&
        property !== coverageProperty &&
        !isRecovery(property, expected[property], live[property]) &&
        doCompare(property, expected, live),
    )
    .map((property) => ({
      identity,
      kind: "changed",
      property,
      ...(expected[property] !== undefined && { expected: expected[property] }),
      ...(live[property] !== undefined && { live: live[property] }),
      ...(property === "grants" && listedOwner(live)),
    }));
}

function listedOwner({ grants, owner }: CatalogObject): Pick<CatalogDifference, "owner"> {
  const isListed = typeof owner === "string" && isJsonObject(grants) && Object.hasOwn(grants, owner);
  return isListed ? { owner } : {};
}

/**
 * Returns the path of a difference in Pulumi's notation: `live["policy shared.customers tenant_isolation"].using`. The engine
 * splits a name with a dot, as of a setting, unless it is quoted.
 */
export function differencePath({
  identity,
  property,
}: {
  readonly identity: string;
  readonly property?: string | undefined;
}): string {
  const whole = `live[${JSON.stringify(identity)}]`;
  if (property === undefined) return whole;
  return /^\w+$/.test(property) ? `${whole}.${property}` : `${whole}[${JSON.stringify(property)}]`;
}

/** Groups differences by object, in the order of their first appearance. */
export function byIdentity(differences: readonly CatalogDifference[]): Map<string, CatalogDifference[]> {
  const groups = new Map<string, CatalogDifference[]>();
  for (const difference of differences) {
    const group = groups.get(difference.identity);
    if (group === undefined) groups.set(difference.identity, [difference]);
    else group.push(difference);
  }
  return groups;
}
