import { firstUserOid } from "../managedObjects";
import { columnPrivileges } from "./columns";
import { foreignTableProperties } from "./foreignTables";
import {
  boolean,
  flag,
  json,
  type Kind,
  number,
  onServer,
  options,
  type Property,
  sha256,
  text,
} from "./kind";
import {
  columnLines,
  constraintLines,
  defaultLines,
  expressionLines,
  hashOfLines,
  statisticsLines,
} from "./tableLines";

/**
 * Returns the kinds of objects in the platform's schemas, and who can access them: owners, privileges, and hashes of
 * functions. This is enough to detect granted access, and small enough to be read with the rest. For
 * objects of an extension, only explicit privileges count, because its content changes with the platform.
 */

/** Returns a join with the extension of the object, with the alias `x`. */
const extensionOf = (catalog: string, object: string) => `
left join extension_member m on m.classid = '${catalog}'::regclass and m.objid = ${object}
left join pg_extension x on x.oid = m.refobjid`;

/** The platform's schemas, and objects added to those of the server: every search path contains pg_catalog first. */
const withServerSchemas = `(
  select oid, name, 0 as first from watched_platform_schema
  union all
  select oid, nspname::text, ${firstUserOid} from pg_namespace where nspname in ('pg_catalog', 'information_schema')
)`;

/** The official clients extend this table, each version as it needs. Its rows are watched. */
const isNoRecordOfClients = `(w.name, c.relname) <> ('supabase_migrations', 'schema_migrations')`;

/** Returns the property with the hash of these lines about table `c`, if the condition holds. */
const hashOfRules = (condition: string, lines: string): Property =>
  text(`case when ${condition} then ${onServer(hashOfLines(lines))} end`);

const schemas: Kind = {
  identity: `'schema ' || w.name`,
  address: { catalog: `'pg_namespace'::regclass`, object: `n.oid` },
  privileges: { type: `'n'`, owner: `n.nspowner`, acl: `n.nspacl` },
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(n.nspowner)`),
    extension: text(`x.extname`),
  },
  from: `watched_platform_schema w
join pg_namespace n on n.oid = w.oid${extensionOf("pg_namespace", "n.oid")}`,
};

const relations: Kind = {
  identity: `case c.relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'S' then 'sequence '
      when 'f' then 'foreign table ' else 'table ' end || w.name || '.' || quote_ident(c.relname)`,
  address: { catalog: `'pg_class'::regclass`, object: `c.oid` },
  privileges: { type: `case c.relkind when 'S' then 's' else 'r' end`, owner: `c.relowner`, acl: `c.relacl` },
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(c.relowner)`),
    rowSecurity: flag(`c.relrowsecurity`),
    rowSecurityForced: flag(`c.relforcerowsecurity`),
    partitionOf: text(`case when c.relispartition then (
      select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid) end`),
    definition: text(`case when c.relkind in ('v', 'm') and x.oid is null then
      ${sha256("pg_get_viewdef(c.oid)")} end`),
    options: options(`c.reloptions`),
    // A crash empties an unlogged table, and a copy of the database lacks its rows.
    logged: boolean(`case when c.relkind = 'r' and x.oid is null then c.relpersistence = 'p' end`),
    columnTypes: hashOfRules(
      `c.relkind in ('r', 'p') and not c.relispartition and x.oid is null and ${isNoRecordOfClients}`,
      columnLines,
    ),
    defaults: hashOfRules(`c.relkind in ('r', 'p') and x.oid is null`, defaultLines),
    constraints: hashOfRules(
      `c.relkind in ('r', 'p') and not c.relispartition and x.oid is null and ${isNoRecordOfClients}`,
      constraintLines,
    ),
    // An index may call a function for each row that is written, and statistics for each one that is analyzed.
    expressions: hashOfRules(
      `c.relkind in ('r', 'p') and not c.relispartition and x.oid is null`,
      expressionLines,
    ),
    statistics: hashOfRules(
      `c.relkind in ('r', 'p') and not c.relispartition and x.oid is null`,
      statisticsLines,
    ),
    // Triggers of foreign keys, which are not enforced while these are disabled.
    disabledConstraintTriggers: number(`nullif((
      select count(*) from pg_trigger t where t.tgrelid = c.oid and t.tgisinternal and t.tgparentid = 0 and t.tgenabled in ('D', 'R')), 0)`),
    inherits: json(`case when not c.relispartition then (
      select json_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i where i.inhrelid = c.oid) end`),
    ...foreignTableProperties("c.oid", "c.relkind"),
    replicaIdentity: text(`case c.relreplident when 'f' then 'full' when 'n' then 'nothing' end`),
    extension: text(`x.extname`),
  },
  from: `${withServerSchemas} w
join pg_class c on c.relnamespace = w.oid and c.oid >= w.first and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
${extensionOf("pg_class", "c.oid")}
where x.oid is null or c.relacl is not null`,
};

/** Columns with their own grants. */
const columns: Kind = {
  identity: `'column ' || w.name || '.' || quote_ident(c.relname) || ' ' || quote_ident(a.attname)`,
  address: { catalog: `'pg_class'::regclass`, object: `c.oid`, part: `a.attnum::integer` },
  privileges: columnPrivileges(`c.relowner`),
  withoutComment: true,
  properties: {},
  from: `watched_platform_schema w
join pg_class c on c.relnamespace = w.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_attribute a on a.attrelid = c.oid and a.attacl is not null and not a.attisdropped`,
};

const functions: Kind = {
  identity: `case p.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end
    || w.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'`,
  address: { catalog: `'pg_proc'::regclass`, object: `p.oid` },
  privileges: { type: `'f'`, owner: `p.proowner`, acl: `p.proacl` },
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(p.proowner)`),
    body: text(`case when x.oid is null then
      ${sha256("coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) || coalesce(p.probin, '')")} end`),
    security: text(
      `case when x.oid is null then case when p.prosecdef then 'definer' else 'invoker' end end`,
    ),
    volatility: text(`case when x.oid is null then
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end end`),
    declaration: text(`case when x.oid is null then
      ${onServer(sha256("pg_get_function_arguments(p.oid) || ' ' || p.proisstrict || ' ' || p.proleakproof || ' ' || (select l.lanname from pg_language l where l.oid = p.prolang) || coalesce(' depends on ' || (select x.extensions from extension_dependent x where x.classid = 'pg_proc'::regclass and x.objid = p.oid), '')"))} end`),
    settings: options(`p.proconfig`),
    extension: text(`x.extname`),
  },
  from: `${withServerSchemas} w
join pg_proc p on p.pronamespace = w.oid and p.oid >= w.first${extensionOf("pg_proc", "p.oid")}
where x.oid is null or p.proacl is not null`,
};

/**
 * Enums and domains. Renaming or reordering labels changes the meaning of rows and policies. A type in a schema that is early on a
 * search path is found instead of another one of its name.
 */
const types: Kind = {
  identity: `'type ' || w.name || '.' || quote_ident(t.typname)`,
  address: { catalog: `'pg_type'::regclass`, object: `t.oid` },
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(t.typowner)`),
    labels: json(
      `(select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)`,
    ),
  },
  from: `${withServerSchemas} w
join pg_type t on t.typnamespace = w.oid and t.oid >= w.first and t.typtype in ('e', 'd')
where t.oid not in (select objid from extension_member where classid = 'pg_type'::regclass)`,
};

export const platform: readonly Kind[] = [schemas, relations, columns, functions, types];

/**
 * Returns the kind whose only object says how far the platform's services have migrated the database.
 *
 * @param newest service → the select that returns its newest migration
 */
export function platformVersion(newest: Readonly<Record<string, string>>): Kind {
  return {
    identity: `'platform'`,
    withoutComment: true,
    properties: Object.fromEntries(
      Object.entries(newest).map(([service, select]) => [service, text(`(${select})`)]),
    ),
    from: `(select) only_row`,
  };
}
