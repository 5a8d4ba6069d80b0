import type pg from "pg";
import { authTables, isPlatformObject, storageTables } from "./platform";
import type { SequenceName } from "./sequences";

/** A table by name. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A table whose rows are backed up. */
export interface Table extends TableName {
  /** Size of the rows, including out-of-line values, without indexes. */
  readonly bytes: number;
  /** Names of the stored columns in order. Generated columns are computed again. */
  readonly columns: readonly string[];
}

/** Rows that an extension declares as user data (`pg_extension_config_dump`). */
export interface ExtensionTable extends Table {
  readonly extension: string;
  /** `where …`, or empty for all rows. */
  readonly condition: string;
}

/** What is backed up, as the snapshot shows it. */
export interface Inventory {
  readonly schemas: readonly string[];
  readonly roles: readonly string[];
  readonly extensions: readonly {
    readonly name: string;
    readonly version: string;
    readonly schema: string;
  }[];
  /** Tables of the application, including each partition and those in schemas with a platform's name. */
  readonly tables: readonly Table[];
  /** Sequences of the application, including those without a table. */
  readonly sequences: readonly SequenceName[];
  readonly authTables: readonly Table[];
  readonly storageTables: readonly Table[];
  /** Those that have such rows. */
  readonly extensionTables: readonly ExtensionTable[];
  readonly largeObjects: number;
  /** Size of the database on disk, with indexes. */
  readonly databaseBytes: number;
}

/**
 * Schemas whose extension stores rows that are restored in another way, or are useless elsewhere: jobs are recreated by
 * calls, and secrets are encrypted with a key that no backup contains.
 */
export const extensionSchemasLeftOut: readonly string[] = ["cron", "vault", "pgsodium"];

/**
 * Reads what is backed up. The tables must be locked, because reading the size of a table waits for other sessions'
 * locks.
 */
export async function readInventory(client: pg.Client): Promise<Inventory> {
  const tables = await readTables(client);
  const application = tables.filter(({ schema, owner }) => !isPlatformObject(schema, owner));
  const inPlatform = (schema: string, names: readonly string[]) =>
    // Ordered by name. Referenced ones come first.
    names.flatMap((name) =>
      tables.filter(
        (table) => table.schema === schema && table.name === name && !application.includes(table),
      ),
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
  const { rows: totals } = await client.query<{ large_objects: number; bytes: string }>(
    `select (select count(*)::int from pg_largeobject_metadata) as large_objects,
       pg_database_size(current_database())::text as bytes`,
  );
  return {
    schemas: schemas.map(({ name }) => name),
    roles: roles.map(({ name }) => name),
    extensions,
    tables: application.map(withoutOwner),
    sequences: await readSequenceNames(client),
    authTables: inPlatform("auth", authTables).map(withoutOwner),
    storageTables: inPlatform("storage", storageTables).map(withoutOwner),
    extensionTables: await readExtensionTables(client),
    largeObjects: totals[0]?.large_objects ?? 0,
    databaseBytes: Number(totals[0]?.bytes ?? 0),
  };
}

const typesWithoutInput: readonly string[] = [
  "pg_brin_bloom_summary",
  "pg_brin_minmax_multi_summary",
  "pg_dependencies",
  "pg_mcv_list",
  "pg_ndistinct",
  "pg_node_tree",
];

/**
 * A subquery of the types whose values the server writes and does not read, such as those in a copy of `pg_attrdef`, and
 * of the domains, arrays and composite types with them.
 */
export const unreadableTypes = `(
  with recursive unreadable (oid) as (
    select unnest(array['${typesWithoutInput.join("', '")}']::regtype[])::oid
    union
    select e.holder from unreadable u join (
      select oid, typelem from pg_type where typcategory = 'A'
      union all
      select oid, typbasetype from pg_type where typbasetype <> 0
      union all
      select r.reltype, a.atttypid from pg_attribute a join pg_class r on r.oid = a.attrelid
      where a.attnum > 0 and not a.attisdropped and r.reltype <> 0) e (holder, part) on e.part = u.oid)
  select oid from unreadable)`;

/** The stored columns of a table, for `pg_class c`. */
const storedColumns = `array(select attname::text from pg_attribute
  where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
    and atttypid not in ${unreadableTypes} order by attnum)`;

/**
 * Whether the rows of a table, `pg_class c`, can be loaded without the columns whose values the server cannot read: it
 * has other columns, and these accept null.
 */
export const hasLoadableRows = `not exists (
  select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid in ${unreadableTypes}
    and (a.attnotnull or not exists (select from pg_attribute o where o.attrelid = c.oid and o.attnum > 0 and not o.attisdropped
      and o.attgenerated = '' and o.atttypid not in ${unreadableTypes})))`;

/** Reads all tables with their own rows that belong neither to PostgreSQL nor to an extension. */
async function readTables(client: pg.Client): Promise<(Table & { readonly owner: string })[]> {
  const { rows } = await client.query<{
    schema: string;
    name: string;
    owner: string;
    columns: string[];
    bytes: string;
  }>(`
    select n.nspname as schema, c.relname as name, pg_get_userbyid(c.relowner) as owner, ${storedColumns} as columns,
      coalesce(pg_table_size(c.oid), 0)::text as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
      and ${hasLoadableRows}
    order by 1, 2`);
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

function withoutOwner({ owner: _, ...table }: Table & { readonly owner: string }): Table {
  return table;
}

/** Reads the application's sequences, including those of columns that a user added to a table of an extension. */
async function readSequenceNames(client: pg.Client): Promise<SequenceName[]> {
  const { rows } = await client.query<SequenceName & { owner: string; attached: boolean }>(
    `select n.nspname as schema, c.relname as name, pg_get_userbyid(c.relowner) as owner,
       n.nspname <> all ($1) and exists (select from pg_depend d
         join pg_depend e on e.classid = 'pg_class'::regclass and e.objid = d.refobjid and e.deptype = 'e'
         where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')) as attached
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
     order by 1, 2`,
    [extensionSchemasLeftOut],
  );
  return rows
    .filter(({ schema, owner, attached }) => attached || !isPlatformObject(schema, owner))
    .map(({ schema, name }) => ({ schema, name }));
}

async function readExtensionTables(client: pg.Client): Promise<ExtensionTable[]> {
  const { rows } = await client.query<{
    extension: string;
    schema: string;
    name: string;
    columns: string[];
    condition: string;
    bytes: string;
  }>(
    `select e.extname as extension, n.nspname as schema, c.relname as name, ${storedColumns} as columns,
       coalesce(config.condition, '') as condition, coalesce(pg_table_size(c.oid), 0)::text as bytes
     from pg_extension e cross join unnest(e.extconfig, e.extcondition) as config(oid, condition)
       join pg_class c on c.oid = config.oid join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname <> all ($1) and ${hasLoadableRows}
     -- Referenced tables come first.
     order by 1, (
       with recursive chain as (
         select c.oid, 0 as level
         union select k.confrelid, chain.level + 1 from chain join pg_constraint k on k.conrelid = chain.oid
         where k.contype = 'f' and k.confrelid <> k.conrelid and chain.level < 100)
       select max(level) from chain), 2, 3`,
    [extensionSchemasLeftOut],
  );
  const filled: ExtensionTable[] = [];
  for (const { bytes, ...table } of rows) {
    const name = `${client.escapeIdentifier(table.schema)}.${client.escapeIdentifier(table.name)}`;
    const { rows: some } = await client.query(`select from ${name} ${table.condition} limit 1`);
    if (some.length > 0) filled.push({ ...table, bytes: Number(bytes) });
  }
  return filled;
}
