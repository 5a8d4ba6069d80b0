import type { ClientBase } from "pg";
import {
  type Addresses,
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
  diffTraced,
  managedPart,
  parentIdentities,
  partsOfIdentity,
  type TracedCatalog,
  traceObjects,
} from "../catalog";
import { relationOf } from "../catalog/scope";
import { lacksValue } from "./addHolder";

/** The differences from the expectation, and what is needed to describe what is done about them. */
export interface Comparison {
  readonly differences: readonly CatalogDifference[];
  /** The live catalog, with the expected names of renamed objects. */
  readonly traced: TracedCatalog;
}

/**
 * Compares a reading with the expectation. If a dropped column cannot be added to a table with rows, it asks the server
 * for the size of the table, which needs no privilege.
 *
 * @param watched the part of the live catalog to compare; default: everything that belongs to the bundle
 */
export async function compare(
  client: ClientBase,
  expected: Catalog,
  reading: CatalogReading,
  {
    addresses,
    watched = (traced) => managedPart(expected, traced),
  }: { readonly addresses: Addresses; readonly watched?: (traced: Catalog) => Catalog | undefined },
): Promise<Comparison> {
  const traced = traceObjects(expected, reading, addresses);
  const differences = diffTraced(expected, traced, watched(traced.catalog));
  const sized = await withTableSizes(client, expected, differences);
  const placed = await withPartitions(client, sized);
  const partsOfGone = await withDroppedTables(client, expected, placed);
  return { differences: await withLastColumns(client, partsOfGone), traced };
}

/**
 * Asks the server which changed generated columns are the last ones: others would be elsewhere if they were dropped and added, and
 * `insert` without names would not fit any more.
 */
async function withLastColumns(
  client: ClientBase,
  differences: readonly CatalogDifference[],
): Promise<readonly CatalogDifference[]> {
  const isAsked = ({ identity, property }: CatalogDifference) =>
    property === "generated" && identity.startsWith("column ");
  const asked = [...new Set(differences.filter(isAsked).map(({ identity }) => identity))];
  if (asked.length === 0) return differences;
  const parts = asked.map(partsOfIdentity);
  const { rows } = await client.query<{ identity: string; tables: string[] }>(
    `with recursive below as (
       select u.identity, to_regclass(u.parent)::oid as oid, u.name
       from unnest($1::text[], $2::text[], $3::text[]) as u (identity, parent, name)
       union
       select b.identity, i.inhrelid, b.name from below b join pg_inherits i on i.inhparent = b.oid
     )
     select b.identity, array_agg(format('%I.%I', n.nspname, c.relname)) as tables
     from below b
     join pg_class c on c.oid = b.oid join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = b.oid and quote_ident(a.attname) = b.name and not a.attisdropped
     group by b.identity
     having bool_and(not exists (
         select from pg_attribute x where x.attrelid = b.oid and x.attnum > a.attnum and not x.attisdropped))`,
    [asked, parts.map(({ parent }) => parent), parts.map(({ name }) => name)],
  );
  const last = new Map(rows.map(({ identity, tables }) => [identity, tables]));
  return differences.map((difference) => {
    const lastIn = isAsked(difference) ? last.get(difference.identity) : undefined;
    return lastIn === undefined ? difference : { ...difference, lastIn };
  });
}

/** Asks the server which missing columns are those of partitions: they exist, but a read lists them only if they differ. */
async function withPartitions(
  client: ClientBase,
  differences: readonly CatalogDifference[],
): Promise<readonly CatalogDifference[]> {
  const isAsked = ({ identity, kind }: CatalogDifference) =>
    kind === "missing" && identity.startsWith("column ");
  const tableOf = ({ identity }: CatalogDifference) => partsOfIdentity(identity).parent ?? "";
  const tables = [...new Set(differences.filter(isAsked).map(tableOf))];
  if (tables.length === 0) return differences;
  const { rows } = await client.query<{ name: string; above: string[] }>(
    `select t.name, array(
       select format('%I.%I', n.nspname, c.relname)
       from pg_partition_ancestors(to_regclass(t.name)) with ordinality a (oid, level)
       join pg_class c on c.oid = a.oid join pg_namespace n on n.oid = c.relnamespace
       where a.level > 1 order by a.level) as above
     from unnest($1::text[]) as t (name)`,
    [tables],
  );
  const above = new Map(rows.filter((row) => row.above.length > 0).map((row) => [row.name, row.above]));
  return differences.map((difference) => {
    const partitionOf = isAsked(difference) ? above.get(tableOf(difference)) : undefined;
    return partitionOf === undefined ? difference : { ...difference, partitionOf };
  });
}

/**
 * Asks the server which missing parts belong to a table that does not exist and is not expected: a partition that matched its table was
 * dropped, which jobs do.
 */
async function withDroppedTables(
  client: ClientBase,
  expected: Catalog,
  differences: readonly CatalogDifference[],
): Promise<readonly CatalogDifference[]> {
  const tableOf = ({ identity, kind }: CatalogDifference) => {
    const { parent = relationOf(expected[identity] ?? {}) } = partsOfIdentity(identity);
    const isAsked =
      kind === "missing" &&
      parent !== undefined &&
      parentIdentities(parent).every((one) => expected[one] === undefined);
    return isAsked ? parent : undefined;
  };
  const tables = [...new Set(differences.flatMap((difference) => tableOf(difference) ?? []))];
  if (tables.length === 0) return differences;
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where format('%I.%I', n.nspname, c.relname) = any ($1::text[])`,
    [tables],
  );
  const found = new Set(rows.map(({ name }) => name));
  return differences.map((difference) => {
    const table = tableOf(difference);
    return table === undefined || found.has(table)
      ? difference
      : { ...difference, tableIsGone: true as const };
  });
}

async function withTableSizes(
  client: ClientBase,
  expected: Catalog,
  differences: readonly CatalogDifference[],
): Promise<readonly CatalogDifference[]> {
  const isAsked = ({ identity, dropped }: CatalogDifference) =>
    dropped === true && identity.startsWith("column ") && lacksValue(expected[identity] ?? {});
  const tableOf = ({ identity }: CatalogDifference) => partsOfIdentity(identity).parent ?? "";
  const tables = [...new Set(differences.filter(isAsked).map(tableOf))];
  if (tables.length === 0) return differences;
  const { rows } = await client.query<{ name: string }>(
    `select t.name from unnest($1::text[]) as t (name)
     where pg_relation_size(to_regclass(t.name)) = 0
       and not exists (select from pg_partition_tree(to_regclass(t.name)) p where pg_relation_size(p.relid) > 0)`,
    [tables],
  );
  const empty = new Set(rows.map(({ name }) => name));
  return differences.map((difference) =>
    isAsked(difference) && empty.has(tableOf(difference))
      ? { ...difference, tableIsEmpty: true as const }
      : difference,
  );
}
