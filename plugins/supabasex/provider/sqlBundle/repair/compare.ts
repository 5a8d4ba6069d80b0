import type { ClientBase } from "pg";
import {
  type Addresses,
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
  diffTraced,
  managedPart,
  partsOfIdentity,
  type TracedCatalog,
  traceObjects,
} from "../catalog";
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
  return { differences: await withPartitions(client, sized), traced };
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
