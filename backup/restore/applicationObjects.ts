import type pg from "pg";
import { platformPublications, platformRoles, platformSchemas } from "../postgres/platform";

/** An object of the target that a new project does not have. */
export interface ApplicationObject {
  /** `schema billing`, `table public.orders`, `publication changes`, `large object 16402`. */
  readonly what: string;
  /** The statement that removes it with its dependents; undefined if none can run in a transaction. */
  readonly removal: string | undefined;
}

/** Functions for event triggers that older images of Supabase created as `postgres`. */
const platformFunctions = [
  "grant_pg_cron_access",
  "grant_pg_graphql_access",
  "grant_pg_net_access",
  "pgrst_ddl_watch",
  "pgrst_drop_watch",
  "set_graphql_placeholder",
];

/** Catalogs of objects with a schema and an owner: catalog and prefix of its columns. */
const catalogsWithSchema = [
  ["pg_proc", "pro"],
  ["pg_operator", "opr"],
  ["pg_opclass", "opc"],
  ["pg_opfamily", "opf"],
  ["pg_collation", "coll"],
  ["pg_conversion", "con"],
  ["pg_ts_config", "cfg"],
  ["pg_ts_dict", "dict"],
  ["pg_statistic_ext", "stx"],
] as const;

/** Catalogs of objects with an owner and without a schema. */
const catalogsWithoutSchema = [
  ["pg_publication", "pub"],
  ["pg_event_trigger", "evt"],
  ["pg_foreign_data_wrapper", "fdw"],
  ["pg_foreign_server", "srv"],
  ["pg_language", "lan"],
] as const;

/**
 * All objects that belong neither to PostgreSQL, nor to an extension, nor to the platform. $1: schemas of the platform,
 * $2: its roles without `postgres`, $3: its publications, $4: its functions, $5: whether to list objects in schemas of
 * the application one by one, in an order in which each removal cascades to few others: what connects tables to each
 * other and to functions, views, tables of a partition tree from its leaves, other tables, the rest.
 */
const query = `
with recursive platform_role as (
  select oid from pg_roles where rolname = any ($2)),
extension_member as (
  select classid, objid from pg_depend where deptype = 'e'),
own_schema as (
  select oid, nspname from pg_namespace n
  where oid >= 16384 and nspname !~ '^pg_' and nspname not in ('public', 'information_schema')
    and not (nspname = any ($1) and (nspname = 'extensions' or nspowner in (select oid from platform_role)))
    and not exists (select from extension_member e where e.classid = 'pg_namespace'::regclass and e.objid = n.oid)),
-- Schemas that stay, with objects of an application among others: in public all are its own, elsewhere those of its roles.
shared_schema as (
  select oid, nspname = 'public' or oid in (select oid from own_schema) as is_own from pg_namespace n
  where nspname !~ '^pg_' and nspname <> 'information_schema' and ($5 or oid not in (select oid from own_schema))),
with_schema (classid, objid, namespace, owner) as (
  select 'pg_class'::regclass::oid, oid, relnamespace, relowner from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'pg_type'::regclass, t.oid, typnamespace, typowner from pg_type t left join pg_class c on c.oid = t.typrelid
  where (typtype in ('b', 'd', 'e', 'r') and typcategory <> 'A' or c.relkind = 'c')
  union all
  select 'pg_ts_parser'::regclass, oid, prsnamespace, null from pg_ts_parser
  union all
  select 'pg_ts_template'::regclass, oid, tmplnamespace, null from pg_ts_template
  ${catalogsWithSchema
    .map(
      ([catalog, prefix]) =>
        `union all select '${catalog}'::regclass, oid, ${prefix}namespace, ${prefix}owner from ${catalog}`,
    )
    .join("\n  ")}),
own_object as (
  select w.classid, w.objid from with_schema w join shared_schema s on s.oid = w.namespace
  where s.is_own or w.owner not in (select oid from platform_role)),
-- Tables of the application whose parts the session may drop: the owner of a schema may drop another role's table, but not its policies.
owned_table as (
  select c.oid, relkind = 'r' and not relispartition as is_plain from pg_class c join own_object o on o.classid = 'pg_class'::regclass and o.objid = c.oid
  where $5 and relkind in ('r', 'p') and relowner not in (select oid from platform_role) and pg_has_role(relowner, 'usage')
    and not exists (select from extension_member e where e.classid = 'pg_class'::regclass and e.objid = c.oid)),
inheritance (objid, root, depth) as (
  select distinct inhparent, inhparent, 0 from pg_inherits where inhparent not in (select inhrelid from pg_inherits)
  union all
  select i.inhrelid, a.root, a.depth + 1 from inheritance a join pg_inherits i on i.inhparent = a.objid),
-- A table that inherits from several comes before all of them.
tree as (
  select objid, max(root) as root, max(depth) as depth from inheritance where $5 group by objid),
candidate (turn, classid, objid) as (
  select 1, classid, objid from own_object
  union all
  select 0, 'pg_policy'::regclass, p.oid from pg_policy p join owned_table t on t.oid = p.polrelid
  union all
  -- Foreign keys of a partitioned table go with it, after its partitions: each of those has a copy.
  select 0, 'pg_constraint'::regclass, k.oid from pg_constraint k join owned_table t on t.oid = k.conrelid
  where contype = 'f' and is_plain and conparentid = 0 and coninhcount = 0
  union all
  select 3, 'pg_namespace'::regclass, oid from own_schema
  ${catalogsWithoutSchema
    .map(
      ([catalog, prefix]) =>
        `union all select 2, '${catalog}'::regclass, oid from ${catalog} where ${prefix}owner not in (select oid from platform_role)`,
    )
    .join("\n  ")}
  union all
  select 2, 'pg_cast'::regclass, oid from pg_cast
  union all
  select 2, 'pg_transform'::regclass, oid from pg_transform
  union all
  select 2, 'pg_am'::regclass, oid from pg_am
  union all
  -- What an application put on tables that stay.
  select 0, 'pg_policy'::regclass, p.oid from pg_policy p join pg_class c on c.oid = p.polrelid join shared_schema s on s.oid = c.relnamespace
  where c.relowner in (select oid from platform_role)
    and not exists (select from extension_member e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
  union all
  select 0, 'pg_trigger'::regclass, t.oid
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join shared_schema s on s.oid = c.relnamespace join pg_proc p on p.oid = t.tgfoid
  where not t.tgisinternal and t.tgparentid = 0 and c.relowner in (select oid from platform_role) and p.pronamespace <> c.relnamespace),
named as (
  select turn, c.classid, objid, i.type, i.identity
  from candidate c, pg_identify_object(c.classid, c.objid, 0) i
  where objid >= 16384
    and not exists (select from extension_member e where e.classid = c.classid and e.objid = c.objid)
    -- Sequences of identity columns, types of ranges: parts of something else. (Partitioned tables depend on their own key.)
    and not exists (select from pg_depend d where d.classid = c.classid and d.objid = c.objid and d.deptype = 'i' and c.classid <> 'pg_trigger'::regclass
      and (d.refclassid, d.refobjid) <> (d.classid, d.objid))
    -- Sequences of columns that a user added to tables of extensions, which stay with these.
    and not exists (select from pg_depend d join extension_member e on e.classid = d.refclassid and e.objid = d.refobjid
      where d.classid = c.classid and d.objid = c.objid and d.deptype = 'a' and d.refobjsubid > 0 and i.type = 'sequence')
    and not (i.type = 'publication' and i.name = any ($3))
    and not (c.classid = 'pg_proc'::regclass and (select proname = any ($4) and prorettype = 'event_trigger'::regtype from pg_proc where oid = objid))
    and not (c.classid = 'pg_event_trigger'::regclass
      and (select p.proname = any ($4) from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid where e.oid = objid)))
-- Event triggers first: one that watches drops could refuse the others.
select case type when 'event trigger' then -1 else turn end as turn,
  case when not $5 or turn <> 1 then 0 when type in ('view', 'materialized view') then 1 when t.objid is not null then 2
    when type in ('table', 'foreign table') then 3 when classid = 'pg_proc'::regclass then 5 when classid = 'pg_type'::regclass then 6 else 4 end as step,
  coalesce(t.root, 0) as root, coalesce(t.depth, 0) as depth,
  -- What was created later seldom has dependents.
  case when $5 then n.objid else 0 end as age,
  type || ' ' || identity as what,
  case type when 'table constraint' then (
    select format('alter table if exists %s drop constraint if exists %I cascade', (pg_identify_object('pg_class'::regclass, conrelid, 0)).identity, conname)
    from pg_constraint k where k.oid = n.objid)
  else format('drop %s if exists %s cascade', case type when 'statistics object' then 'statistics' when 'foreign-data wrapper' then 'foreign data wrapper'
    when 'composite type' then 'type' when 'aggregate' then 'routine' else type end,
    case type
      when 'transform' then regexp_replace(identity, '^for (.*) on language ', 'for \\1 language ')
      -- With the modes of its arguments, because the types alone may be those of another procedure.
      when 'procedure' then (select format('%s.%I(%s)', pronamespace::regnamespace, proname, pg_get_function_identity_arguments(oid)) from pg_proc where oid = n.objid)
      else identity end) end as removal
from named n left join tree t on n.classid = 'pg_class'::regclass and t.objid = n.objid
union all
select 2, 0, 0, 0, 0, 'large object ' || oid, format('select pg_catalog.lo_unlink(%s)', oid) from pg_largeobject_metadata
where lomowner not in (select oid from platform_role)
union all
select 2, 0, 0, 0, 0, 'subscription ' || quote_ident(subname), null from pg_subscription
where subdbid = (select oid from pg_database where datname = current_database())
order by turn, step, root desc, depth desc, age desc, what`;

/**
 * Lists the application's objects in the target, in the order in which they can be removed. By default, objects in its
 * own schemas are not listed, because they are removed with their schema.
 *
 * @param options.inOwnSchemas lists them, too, with the policies and foreign keys of tables, in an order in which each
 *   removal takes few locks
 */
export async function readApplicationObjects(
  client: pg.Client,
  { inOwnSchemas = false }: { readonly inOwnSchemas?: boolean } = {},
): Promise<ApplicationObject[]> {
  const platformOwners = Object.keys(platformRoles).filter((role) => role !== "postgres");
  const { rows } = await client.query<{ what: string; removal: string | null }>(query, [
    [...platformSchemas],
    platformOwners,
    [...platformPublications],
    platformFunctions,
    inOwnSchemas,
  ]);
  return rows.map(({ what, removal }) => ({ what, removal: removal ?? undefined }));
}
