import { canonicalJson } from "../../../../../../foundation/json";
import { UserError } from "../../../../../../foundation/userError";
import {
  type Catalog,
  type CatalogReading,
  diffCatalogs,
  extendExpectation,
  isSameObject,
  partsOfIdentity,
} from "../../catalog";
import type { History, OwnedObject } from "../../history/history";
import type { BundleFile } from "../../source/files";
import { statementsOf } from "../../source/statements";
import { defaultsFor } from "./bornObject";

/**
 * Default privileges determine the grants of an object when it is created, and on an empty database repeatables create
 * theirs after all migrations. So each object of a repeatable is recorded with the default privileges of the bundle's
 * files that applied to it, and if a migration changes these, its grants are computed again.
 */

/** Returns the default privileges that files have set, after migrations ran between two readings. */
export function defaultsOfFiles(expected: Catalog, before: CatalogReading, after: CatalogReading): Catalog {
  const only = (reading: CatalogReading) => ({
    ...reading,
    catalog: relevant(reading.catalog, "default privileges"),
  });
  // Manual settings only count as the files' in a schema that the bundle created.
  const known = relevant(expected, "default privileges", "schema");
  return relevant(extendExpectation(known, only(before), only(after)), "default privileges");
}

/**
 * Returns the catalog with the default privileges of a new environment: without manual changes.
 *
 * @param live after migrations ran
 * @param defaults the default privileges that files have set
 * @param start what was expected, and what existed, before they ran
 */
export function withoutManualDefaults(
  live: Catalog,
  defaults: Catalog,
  start: { readonly expected: Catalog; readonly reading: CatalogReading },
): Catalog {
  const known = relevant(start.expected, "default privileges", "schema");
  const changed = diffCatalogs(known, relevant(start.reading.catalog, "default privileges"))
    .map(({ identity }) => identity)
    .filter((identity) => partsOfIdentity(identity).kind === "default privileges");
  if (changed.length === 0) return live;
  const result = { ...live };
  for (const identity of changed) {
    const object = defaults[identity];
    if (object === undefined) delete result[identity];
    else result[identity] = object;
  }
  return result;
}

function relevant(catalog: Catalog, ...kinds: string[]): Catalog {
  return Object.fromEntries(
    Object.entries(catalog).filter(([identity]) => kinds.includes(partsOfIdentity(identity).kind)),
  );
}

/** Returns the default privileges of the files that apply to a new object, as text; `undefined` if none do. */
export function defaultsKey(identity: string, creator: string, defaults: Catalog): string | undefined {
  const applying = defaultsFor(identity, creator, defaults).filter((object) => object !== undefined);
  return applying.length === 0
    ? undefined
    : canonicalJson(defaultsFor(identity, creator, defaults).map((object) => object ?? null));
}

/**
 * Returns the identities of objects that repeatables created under other default privileges than on a new environment.
 *
 * @param creators identity → the role that creates it
 */
export function bornOtherwise(
  { files }: Pick<History, "files">,
  creators: ReadonlyMap<string, string>,
  defaults: Catalog,
): Set<string> {
  const objects = [...files.values()].flatMap((file) => file.objects);
  return new Set(
    objects.flatMap(({ identity, born }) => {
      const creator = identity === undefined ? undefined : creators.get(identity);
      if (identity === undefined || creator === undefined) return [];
      return defaultsKey(identity, creator, defaults) === born ? [] : [identity];
    }),
  );
}

/** Returns the object with the default privileges under which it exists now, for the record. */
export function withBirth(
  { born: _former, ...object }: OwnedObject,
  creators: ReadonlyMap<string, string>,
  defaults: Catalog,
): OwnedObject {
  const { identity } = object;
  const creator = identity === undefined ? undefined : creators.get(identity);
  const born =
    identity === undefined || creator === undefined ? undefined : defaultsKey(identity, creator, defaults);
  return born === undefined ? object : { ...object, born };
}

/**
 * Refuses repeatables that have changed default privileges with dynamic SQL. Plain statements are refused earlier by
 * their text.
 *
 * @param isExpected whether the change comes from the provider itself, such as one that reverts something
 */
export function refuseChangedDefaults(
  before: Catalog,
  after: Catalog,
  isExpected: (identity: string) => boolean,
): void {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (identity) =>
      partsOfIdentity(identity).kind === "default privileges" &&
      !isSameObject(before[identity], after[identity]) &&
      !isExpected(identity),
  );
  if (changed.length === 0) return;
  throw new UserError(
    `A repeatable changes ${changed.join(", ")}: move that statement to a migration. On a new environment repeatables run after all migrations, so it would not apply to what migrations create.`,
  );
}

/** Returns whether a file creates something, or changes the grants of new objects. */
export function dependsOnDefaults(file: BundleFile): boolean {
  return statementsOf(file).some(({ kind }) =>
    /^(Create|View|Define|CompositeType|AlterDefaultPrivileges|Do|Call|Select)/.test(kind),
  );
}
