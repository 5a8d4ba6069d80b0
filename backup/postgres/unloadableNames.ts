import type pg from "pg";
import type { NotCovered } from "../manifest";
import type { TableName } from "./inventory";
import { platformRoles } from "./platform";

/** Why a restore cannot load a value that names an object, such as one of type `regproc`. */
const reasons = {
  omitted: "the backup omits what they name; where the target lacks it, a restore leaves these rows out",
  ambiguous:
    "several objects have this name, so a restore leaves these rows out; change the type to `regprocedure` or `regoperator`",
} as const;

interface NamingType {
  readonly catalog: string;
  /** Whether a backup omits an object `o` of the catalog. $1: roles of the platform. */
  readonly omitted: string;
  /** Whether others have the name of `o`. */
  readonly ambiguous: string;
}

/** Objects of users in schemas that pg_dump does not read. */
const inUnreadSchema = (oid: string, namespace: string): string =>
  `(${oid} >= 16384 and (select nspname from pg_namespace n where n.oid = ${namespace}) ~ '^(pg_catalog|information_schema|pg_toast|pg_temp_\\d+|pg_toast_temp_\\d+)$')`;

const simple = (catalog: string, prefix: string): NamingType => ({
  catalog,
  omitted: inUnreadSchema("o.oid", `o.${prefix}namespace`),
  ambiguous: "false",
});

const overloaded = (catalog: string, prefix: string): NamingType => ({
  ...simple(catalog, prefix),
  ambiguous: `exists (select from ${catalog} s where s.${prefix}name = o.${prefix}name and s.${prefix}namespace = o.${prefix}namespace and s.oid <> o.oid)`,
});

/** Types whose values the server writes as names. Without collations, which are imported from the system again. */
const namingTypes: Readonly<Record<string, NamingType>> = {
  regproc: overloaded("pg_proc", "pro"),
  regprocedure: simple("pg_proc", "pro"),
  regoper: overloaded("pg_operator", "opr"),
  regoperator: simple("pg_operator", "opr"),
  regclass: {
    ...simple("pg_class", "rel"),
    omitted: `(${inUnreadSchema("o.oid", "o.relnamespace")} or exists (select from pg_index i where i.indexrelid = o.oid and not i.indisvalid and o.relkind = 'i'))`,
  },
  regtype: simple("pg_type", "typ"),
  regconfig: simple("pg_ts_config", "cfg"),
  regdictionary: simple("pg_ts_dict", "dict"),
  regrole: {
    catalog: "pg_roles",
    omitted: "(o.rolsuper and o.rolname <> all ($1) and o.oid >= 16384)",
    ambiguous: "false",
  },
  regnamespace: {
    catalog: "pg_namespace",
    omitted: "o.nspname ~ '^pg_(toast_)?temp_\\d+$'",
    ambiguous: "false",
  },
};

/** The number of values per column that are listed. */
const listedValues = 20;

/**
 * Columns of these types, of domains over them and of arrays of them, but not of arrays of a domain over an array. $1: schemas
 * and $2: names of tables, $3: names of the types.
 */
const columnsOfTypes = `
  with recursive stored (attrelid, attnum, type, elements) as (
    select a.attrelid, a.attnum, a.atttypid, false
    from unnest($1::text[], $2::text[]) given (schema, name) join pg_namespace n on n.nspname = given.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = given.name join pg_attribute a on a.attrelid = c.oid
    where a.attnum > 0 and not a.attisdropped
    union all
    select s.attrelid, s.attnum, coalesce(nullif(t.typbasetype, 0), t.typelem), s.elements or t.typbasetype = 0
    from stored s join pg_type t on t.oid = s.type
    where t.typbasetype <> 0 or t.typcategory = 'A' and t.typelem <> 0 and not s.elements)
  select format('%I.%I', n.nspname, c.relname) as table, quote_ident(a.attname) as column, t.typname as type, s.elements
  from stored s join pg_type t on t.oid = s.type join pg_attribute a on (a.attrelid, a.attnum) = (s.attrelid, s.attnum)
    join pg_class c on c.oid = s.attrelid join pg_namespace n on n.oid = c.relnamespace
  where t.typnamespace = 'pg_catalog'::regnamespace and t.typname = any ($3) order by 1, a.attnum`;

/**
 * Lists the values of tables that name an object which a restore does not find: the backup omits it, or its name is
 * ambiguous. Those inside of composite values are not read; a restore names them.
 */
export async function readUnloadableNames(
  client: pg.Client,
  tables: readonly TableName[],
): Promise<NotCovered[]> {
  const { rows: columns } = await client.query<{
    table: string;
    column: string;
    type: string;
    elements: boolean;
  }>(columnsOfTypes, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
    Object.keys(namingTypes),
  ]);
  const found: NotCovered[] = [];
  const types = new Map<string, NamingType>();
  for (const type of new Set(columns.map((column) => column.type))) {
    const naming = namingTypes[type];
    // Without such an object, no rows need to be read.
    if (naming !== undefined && (await hasUnloadable(client, naming))) types.set(type, naming);
  }
  for (const { table, column, type, elements } of columns) {
    const naming = types.get(type);
    if (naming === undefined) continue;
    const { catalog, omitted, ambiguous } = naming;
    const { rows } = await client.query<{ value: string; omitted: boolean }>(
      `with given as (select $1::text[])
       select v.oid::${type}::text as value, bool_or(${omitted}) as omitted
       from (select distinct ${elements ? `unnest(${column})` : column}::oid from only ${table}) v (oid)
         join ${catalog} o on o.oid = v.oid
       where ${omitted} or ${ambiguous} group by 1 order by 1`,
      [Object.keys(platformRoles)],
    );
    const reasonOf = (row: { readonly omitted: boolean }): string =>
      row.omitted ? reasons.omitted : reasons.ambiguous;
    for (const row of rows.slice(0, listedValues))
      found.push({
        what: `rows of ${table} that name ${row.value} in column ${column}`,
        reason: reasonOf(row),
      });
    const rest = rows.slice(listedValues);
    for (const row of rest.slice(0, 1))
      found.push({
        what: `rows of ${table} with ${rest.length} more such names in column ${column}`,
        reason: reasonOf(row),
      });
  }
  return found;
}

/** Returns whether any object of the catalog is omitted or ambiguous. */
async function hasUnloadable(client: pg.Client, naming: NamingType): Promise<boolean> {
  const { catalog, omitted, ambiguous } = naming;
  const { rows } = await client.query<{ found: boolean }>(
    `with given as (select $1::text[])
     select exists (select from ${catalog} o where ${omitted} or ${ambiguous}) as found`,
    [Object.keys(platformRoles)],
  );
  return rows[0]?.found === true;
}
