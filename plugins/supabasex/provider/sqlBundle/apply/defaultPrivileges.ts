import { canonicalJson } from "../../../../../foundation/json";
import { UserError } from "../../../../../foundation/userError";
import {
  type Catalog,
  type CatalogReading,
  diffCatalogs,
  extendExpectation,
  isSameObject,
  partsOfIdentity,
} from "../catalog";
import type { History, OwnedObject } from "../history/history";
import type { BundleFile } from "../source/files";
import { statementsOf } from "../source/statements";
import { defaultsFor } from "./bornObject";

/**
 * Default privileges decide what an object is granted when it is created, and on an empty database repeatables create theirs
 * after all migrations. So each object of a repeatable is recorded with the default privileges of the bundle's files under
 * which it was created, and when a migration changes these, its grants are computed again.
 */

/** Returns the default privileges that files have set, once migrations ran between two readings. */
export function defaultsOfFiles(expected: Catalog, before: CatalogReading, after: CatalogReading): Catalog {
  const only = (reading: CatalogReading) => ({
    ...reading,
    catalog: relevant(reading.catalog, "default privileges"),
  });
  // What somebody set by hand counts as theirs only in a schema that the bundle made.
  const known = relevant(expected, "default privileges", "schema");
  return relevant(extendExpectation(known, only(before), only(after)), "default privileges");
}

/**
 * Returns the catalog with the default privileges that a new environment has: without those that somebody changed by hand.
 *
 * @param live after migrations ran
 * @param defaults the default privileges that files have set
 * @param start what was expected, and what was there, before they ran
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

/** Returns, as a text, which default privileges of the files apply to a new object; `undefined` where none do. */
export function defaultsKey(identity: string, creator: string, defaults: Catalog): string | undefined {
  const applying = defaultsFor(identity, creator, defaults).filter((object) => object !== undefined);
  return applying.length === 0
    ? undefined
    : canonicalJson(defaultsFor(identity, creator, defaults).map((object) => object ?? null));
}

/**
 * Returns the identities of what repeatables created under other default privileges than a new environment would have.
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

/** Returns the object as it is recorded: with the default privileges under which it exists now. */
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
 * Refuses repeatables that have changed default privileges by dynamic SQL. What their text says is refused before.
 *
 * @param isExpected whether the change is the deployer's own, such as one that takes something back
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

/** Whether a file creates something, or changes what new objects are granted. */
export function dependsOnDefaults(file: BundleFile): boolean {
  return statementsOf(file).some(({ kind }) =>
    /^(Create|View|Define|CompositeType|AlterDefaultPrivileges|Do|Call|Select)/.test(kind),
  );
}
