import type pg from "pg";
import { authTables, isPlatformObject, storageTables } from "./platform";

/** A relation that has data. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  /** Of the data, without indexes, when it was last vacuumed or analyzed: the exact size waits for locks. */
  readonly bytes: number;
}

/** What there is to back up, as the snapshot shows it. */
export interface Inventory {
  readonly schemas: readonly string[];
  readonly roles: readonly string[];
  readonly extensions: readonly {
    readonly name: string;
    readonly version: string;
    readonly schema: string;
  }[];
  /** Tables of the application, partitions one by one. */
  readonly tables: readonly Relation[];
  /** Sequences of the application, whoever owns them. */
  readonly sequences: readonly Relation[];
  readonly authTables: readonly Relation[];
  readonly storageTables: readonly Relation[];
  readonly largeObjects: number;
}

export async function readInventory(client: pg.Client): Promise<Inventory> {
  const relations = await readRelations(client);
  const ofKind = (kind: string) =>
    relations.filter((relation) => relation.kind === kind && !relation.isPlatform);
  const inPlatform = (schema: string, names: readonly string[]) =>
    relations.filter(
      (relation) => relation.kind === "r" && relation.schema === schema && names.includes(relation.name),
    );
  const { rows: schemas } = await client.query<{ name: string }>(
    "select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1",
  );
  const { rows: roles } = await client.query<{ name: string }>(
    "select rolname as name from pg_roles order by 1",
  );
  const { rows: extensions } = await client.query<{ name: string; version: string; schema: string }>(
    `select e.extname as name, e.extversion as version, n.nspname as schema
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql' order by 1`,
  );
  const { rows: largeObjects } = await client.query<{ count: number }>(
    "select count(*)::int as count from pg_largeobject_metadata",
  );
  return {
    schemas: schemas.map(({ name }) => name),
    roles: roles.map(({ name }) => name),
    extensions,
    tables: ofKind("r"),
    sequences: ofKind("S"),
    authTables: inPlatform("auth", authTables),
    storageTables: inPlatform("storage", storageTables),
    largeObjects: largeObjects[0]?.count ?? 0,
  };
}

/** Reads everything with data of its own that is neither PostgreSQL's nor an extension's. */
async function readRelations(
  client: pg.Client,
): Promise<(Relation & { readonly kind: string; readonly isPlatform: boolean })[]> {
  const { rows } = await client.query<{
    schema: string;
    name: string;
    kind: string;
    owner: string;
    bytes: string;
  }>(`
    select n.nspname as schema, c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner,
      (c.relpages + coalesce(t.relpages, 0))::bigint * current_setting('block_size')::bigint as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_class t on t.oid = c.reltoastrelid
    where c.relkind in ('r', 'S') and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (
        select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid
          and d.deptype = 'e')
    order by 1, 2`);
  return rows.map(({ bytes, owner, ...row }) => ({
    ...row,
    bytes: Number(bytes),
    isPlatform: isPlatformObject(row.schema, owner),
  }));
}

/** Rows of each table, one after the other, in the client's own transaction. */
export async function countRows(
  client: pg.Client,
  tables: readonly Pick<Relation, "schema" | "name">[],
): Promise<{ schema: string; table: string; rows: number }[]> {
  const counts: { schema: string; table: string; rows: number }[] = [];
  for (const { schema, name } of tables) {
    const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
    try {
      const { rows } = await client.query<{ count: string }>(
        `select count(*)::text as count from only ${table}`,
      );
      counts.push({ schema, table: name, rows: Number(rows[0]?.count) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${table}: ${reason}`, { cause: error });
    }
  }
  return counts;
}
