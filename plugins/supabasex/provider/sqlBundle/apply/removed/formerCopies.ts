import type { JsonObject } from "../../../../../../foundation/json";
import { type CatalogObject, type CatalogReading, partsOfIdentity } from "../../catalog";
import type { BaseFacts } from "../../catalog/base";
import { changedProperties } from "../../catalog/properties";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { recursiveProperties } from "./columnsBelow";

/**
 * What repeatables state about a table, its partitions and the tables that inherit from it have, too: constraints, indexes, properties of
 * columns. If a migration takes such a table away from the one above, it keeps them. On an empty database it never had them, because
 * migrations run first.
 */

/** Address of what a table has because of the one above it → the addresses of the originals, on all levels. */
export type Copies = ReadonlyMap<string, ReadonlySet<string>>;

const noCopies: Copies = new Map();

/** Returns all copies in the database; none if no file may take a table away from the one above. */
export async function copiesBefore(session: Session, files: readonly BundleFile[]): Promise<Copies> {
  return files.some(({ text }) => /\b(?:detach|inherit)\b/i.test(text))
    ? await readCopies(session)
    : noCopies;
}

async function readCopies(session: Session): Promise<Copies> {
  const { rows } = await session.work.query<{ copy: string; original: string }>(query);
  const copies = new Map<string, Set<string>>();
  for (const { copy, original } of rows)
    copies.set(copy, (copies.get(copy) ?? new Set<string>()).add(original));
  return copies;
}

/** The catalog around migrations, and what repeatables have done, with the present names of the objects. */
interface Circumstances {
  readonly base: BaseFacts;
  readonly before: CatalogReading;
  readonly after: CatalogReading;
  /** What repeatables have created by plain statements. */
  readonly owned: ReadonlySet<string>;
  /** Returns whether migrations state a property of an object. */
  readonly isStated: (identity: string, property: string) => boolean;
}

/**
 * Returns the copies of what repeatables have done that belong to no table above any more, in their state without repeatables.
 *
 * @param former the copies before the migrations ran
 */
export async function formerCopies(
  session: Session,
  former: Copies,
  { base, before, after, owned, isStated }: Circumstances,
): Promise<BaseFacts> {
  if (former.size === 0) return {};
  const now = await readCopies(session);
  const identities = new Map([...after.addresses].map(([identity, address]) => [address, identity]));
  const wasListed = new Set(
    [...before.addresses].flatMap(([identity, address]) =>
      before.catalog[identity] === undefined ? [] : [address],
    ),
  );
  const result: Record<string, JsonObject | null> = {};
  for (const [address, originals] of former) {
    const identity = identities.get(address);
    const object = identity === undefined ? undefined : after.catalog[identity];
    const left = [...originals].filter((one) => now.get(address)?.has(one) !== true);
    if (identity === undefined || object === undefined || left.length === 0) continue;
    const known = base[identity];
    if (wasListed.has(address)) {
      if (known !== undefined) result[identity] = known;
      continue;
    }
    for (const original of left.flatMap((one) => identities.get(one) ?? [])) {
      const facts = base[original];
      if (facts === null || owned.has(original)) result[identity] = null;
      else if (facts !== undefined) {
        const own = inheritedFacts(object, after.catalog[original] ?? {}, facts);
        for (const name of Object.keys(own)) if (isStated(identity, name)) delete own[name];
        if (Object.keys(own).length > 0) result[identity] = own;
      }
    }
  }
  return result;
}

/** Returns the facts that a column of a table below has, too. */
function inheritedFacts(column: CatalogObject, original: CatalogObject, facts: JsonObject): JsonObject {
  const changed = changedProperties(column, original);
  return Object.fromEntries(
    Object.entries(facts).filter(
      ([property]) => recursiveProperties.has(property) && !changed.includes(property),
    ),
  );
}

/** Returns the facts that no longer apply to former copies: identity → the properties; `undefined`: it is dropped as a whole. */
export function factsOfCopies(copies: BaseFacts): Map<string, ReadonlySet<string> | undefined> {
  return new Map(
    Object.entries(copies).flatMap(([identity, facts]): [string, ReadonlySet<string> | undefined][] => {
      if (facts === null) return [[identity, undefined]];
      const names = Object.keys(facts).filter((property) => recursiveProperties.has(property));
      const isColumn = partsOfIdentity(identity).kind === "column";
      return isColumn && names.length > 0 ? [[identity, new Set(names)]] : [];
    }),
  );
}

const query = `
with recursive levels as (
  select inhrelid as below, inhparent as above from pg_catalog.pg_inherits
  union
  select l.below, i.inhparent from levels l join pg_catalog.pg_inherits i on i.inhrelid = l.above
), keys as (
  select oid as below, conparentid as above from pg_catalog.pg_constraint where conparentid <> 0
  union
  select k.below, c.conparentid from keys k join pg_catalog.pg_constraint c on c.oid = k.above where c.conparentid <> 0
), pairs as (
  select 'pg_class'::regclass::oid as catalog, below, above, 0 as part, 0 as other_part
  from levels join pg_catalog.pg_class c on c.oid = below where c.relkind in ('i', 'I')
  union all
  select 'pg_class'::regclass::oid, l.below, l.above, x.attnum, y.attnum
  from levels l
  join pg_catalog.pg_attribute x on x.attrelid = l.below and x.attnum > 0 and x.attinhcount > 0 and not x.attisdropped
  join pg_catalog.pg_attribute y on y.attrelid = l.above and y.attname = x.attname and not y.attisdropped
  join pg_catalog.pg_class c on c.oid = l.below and c.relkind in ('r', 'p', 'f')
  union all
  select 'pg_constraint'::regclass::oid, x.oid, y.oid, 0, 0
  from levels l
  join pg_catalog.pg_constraint x on x.conrelid = l.below and x.contype = 'c' and x.coninhcount > 0
  join pg_catalog.pg_constraint y on y.conrelid = l.above and y.contype = 'c' and y.conname = x.conname
  union all
  select 'pg_constraint'::regclass::oid, below, above, 0, 0 from keys
)
select catalog || ':' || below || ':' || part as copy, catalog || ':' || above || ':' || other_part as original
from pairs`;
