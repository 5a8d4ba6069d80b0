import { type Catalog, type CatalogReading, extendExpectation, managedPart, touched } from "../../catalog";
import { sortedCatalog } from "../../catalog/catalog";
import { touchedPart, touchedProperties } from "../../catalog/properties";
import type { LostFacts } from "../removed/lostFacts";
import { certainProperties } from "../statements/certainProperties";
import { includesFact, type StatementIndex } from "../statements/statedObjects";

/** How files relate to the difference between two readings. */
export interface FilesBetween {
  /** Identities that the files that ran declare. */
  readonly declared: ReadonlySet<string>;
  /** Identities that a rebuild recreated from the catalog. */
  readonly recreated?: ReadonlySet<string>;
  /** What the files that ran state. */
  readonly stated?: StatementIndex;
  /** What no file states any more, and what all files state. */
  readonly lost?: { readonly facts: LostFacts; readonly stated: StatementIndex };
}

/**
 * Returns what the bundle's files have created, after some of them ran between two readings. Only their difference counts, so
 * objects and changes of others never become expected. But what a file that ran declares or states belongs to the file, even if
 * it existed before.
 */
export function expectationAfter(
  previous: Catalog,
  before: CatalogReading,
  after: CatalogReading,
  { declared, recreated, stated, lost }: FilesBetween,
): Catalog {
  const objects = new Map(Object.entries(extendExpectation(previous, before, after, { recreated })));
  for (const identity of declared) {
    const now = after.catalog[identity];
    if (now === undefined) continue;
    const expected = objects.get(identity);
    if (expected === undefined || expected[touched] !== undefined) objects.set(identity, now);
  }
  if (lost !== undefined) release(objects, lost, after.catalog);
  if (stated !== undefined)
    attributeStated(objects, stated, { previous, before: before.catalog, after: after.catalog });
  return sortedCatalog(objects);
}

/** Attributes to the bundle what files stated about foreign objects, if it already applied and nothing changed. */
function attributeStated(
  objects: Map<string, Catalog[string]>,
  stated: StatementIndex,
  { previous, before, after }: Record<"previous" | "before" | "after", Catalog>,
): void {
  let managed: Catalog | undefined;
  for (const [identity, now] of Object.entries(after)) {
    const expected = objects.get(identity);
    const former = expected === undefined ? [] : touchedProperties(expected);
    if (former === undefined) continue;
    const names = certainProperties(identity, stated);
    if (names.length === 0) continue;
    managed ??= managedPart(previous, before);
    // Manual objects stay foreign.
    const isManual =
      expected === undefined && managed[identity] !== undefined && identity !== "schema public";
    if (!isManual) objects.set(identity, touchedPart(now, [...new Set([...former, ...names])]));
  }
}

/** Removes from the expectation properties of foreign objects that no file states any more. */
function release(
  objects: Map<string, Catalog[string]>,
  { facts, stated }: NonNullable<FilesBetween["lost"]>,
  live: Catalog,
): void {
  for (const [identity, object] of [...objects]) {
    const names = touchedProperties(object);
    const lost = names === undefined ? [] : facts.of(identity, live);
    if (names === undefined || lost.length === 0) continue;
    const still = stated.statedOf(identity, live);
    const kept = names.filter((name) => {
      const [property = "", grantee] = name.startsWith("grants.") ? ["grants", name.slice(7)] : [name];
      const includes = (one: (typeof lost)[number]) => includesFact(one, property, grantee);
      return !lost.some(includes) || still.some(includes);
    });
    if (kept.length === 0) objects.delete(identity);
    else objects.set(identity, touchedPart(live[identity] ?? object, kept));
  }
}
