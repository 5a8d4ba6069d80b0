import type pg from "pg";
import * as z from "zod";
import { attachedParts, extensionOf, keptObjects, platformOwners, platformSchemaList } from "./attachedParts";
import { columnOrders } from "./columnOrder";
import { grantLine } from "./grantLine";
import { roleParts, settingsOf } from "./roles";
import { systemParts, textSearchParts } from "./systemParts";

/**
 * An object of the database with its privileges. `facts` contain what a restore must bring back: `owner`, `grants` (one
 * line each, `grantee: privilege`, sorted, with PostgreSQL's defaults written out), `row security`, `settings`, ….
 */
export const accessEntry = z.object({
  /** `schema`, `table`, `view`, `sequence`, `routine`, `policy`, `default privileges`, …. */
  kind: z.string(),
  /** The quoted and qualified name: `shop.customers`, `shop.total(integer)`, `tenant_isolation on shop.customers`. */
  name: z.string(),
  facts: z.record(z.string(), z.string()),
});
export type AccessEntry = z.infer<typeof accessEntry>;

/** Returns the grants of an ACL, one line each. A grant option ends with `*`, as in PostgreSQL's notation. */
const grants = (acl: string, type: string, owner: string): string => `(
  select coalesce(string_agg(line, E'\\n' order by line), '')
  from aclexplode(coalesce(${acl}, acldefault('${type}', ${owner}))) g, ${grantLine})`;

const columnGrants = (acl: string): string =>
  `(select coalesce(string_agg(line, E'\\n' order by line), '') from aclexplode(${acl}) g, ${grantLine})`;

/**
 * Returns the condition for members of an extension. They belong to the extension, which may have another version in
 * the target.
 */
const memberOf = (catalog: string, oid: string): string => `'extension', ${extensionOf(catalog, oid)}`;

/** Returns the owner of a member of an extension if it is neither a superuser nor the extension's owner, else an empty text. */
const changedOwner = (catalog: string, oid: string, owner: string): string =>
  `'changed owner', (select case when r.rolsuper or r.oid = e.extowner then '' else r.rolname end
     from pg_depend d join pg_extension e on e.oid = d.refobjid join pg_roles r on r.oid = ${owner}
     where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass limit 1)`;

/** Returns whether the platform owns an object in a schema of its own. */
const ofPlatform = (owner: string): string =>
  `is_of_platform and pg_get_userbyid(${owner}) = any (${platformOwners})`;

/** The kind of a column of a table that inherits from others, or of one of those. */
export const inheritedColumn = "inherited column";

/**
 * Columns of tables that inherit from others, and of those others. A column of a child may have other properties than
 * its parent's, and a new child takes over those of its parent.
 */
const inheritedColumns = `
  select '${inheritedColumn}', format('%I.%I.%I', n.nspname, c.relname, a.attname),
    json_build_object('null', case when a.attnotnull then 'no' else 'yes' end, 'storage', a.attstorage, 'compression', a.attcompression,
      ${memberOf("pg_class", "c.oid")})
  from pg_attribute a join pg_class c on c.oid = a.attrelid join own_schemas n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence <> 't' and a.attnum > 0 and not a.attisdropped
    and c.oid in (select unnest(array[inhrelid, inhparent]) from pg_inherits join pg_class k on k.oid = inhrelid where not k.relispartition)`;

/** Each part returns `kind`, `name` and `facts`. Null facts are omitted. */
const parts: readonly string[] = [
  `select 'database' as kind, 'database' as name,
     json_build_object('owner', pg_get_userbyid(datdba), 'grants', ${grants("datacl", "d", "datdba")}, 'connection limit', datconnlimit::text,
       'comment', coalesce(shobj_description(oid, 'pg_database'), ''), ${settingsOf("0")}) as facts
   from pg_database where datname = current_database()`,
  ...roleParts,
  `select 'extension', quote_ident(extname), json_build_object('schema', nspname, 'version', extversion)
   from pg_extension e join pg_namespace n on n.oid = e.extnamespace`,
  `select 'schema', quote_ident(nspname),
     json_build_object('owner', pg_get_userbyid(nspowner), 'grants', ${grants("nspacl", "n", "nspowner")}, ${memberOf("pg_namespace", "s.oid")},
       -- Every database has this schema, so an archive only has comments that are not the usual one.
       'comment', case when nspname = 'public' then coalesce(obj_description(s.oid, 'pg_namespace'), '') end)
   from own_schemas s`,
  `select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
     format('%I.%I', n.nspname, c.relname),
     json_build_object('owner', pg_get_userbyid(c.relowner), 'grants', ${grants("c.relacl", "r", "c.relowner")},
       'row security', case when c.relforcerowsecurity and c.relrowsecurity then 'forced' when c.relrowsecurity then 'on'
         when c.relforcerowsecurity then 'off, forced' when c.relkind in ('r', 'p') then 'off' end, ${memberOf("pg_class", "c.oid")},
       'settings', (select string_agg(o, E'\\n' order by o) from unnest(c.reloptions) o where c.relkind in ('v', 'm')),
       ${changedOwner("pg_class", "c.oid", "c.relowner")},
       'definition', (select case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) else concat_ws(' ', c.relpersistence, c.relreplident, c.reloptions) end
         from kept_table where kept_table.oid = c.oid))
   from pg_class c join own_schemas n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'`,
  `select 'sequence', format('%I.%I', n.nspname, c.relname),
     json_build_object('owner', pg_get_userbyid(c.relowner), 'grants', ${grants("c.relacl", "s", "c.relowner")},
       'extension', coalesce(q.extension, ${extensionOf("pg_class", "c.oid")}), 'owned by', q.column, 'definition', case when not q.is_identity then q.creation end)
   from pg_class c join own_schemas n on n.oid = c.relnamespace left join attached_sequence q on q.oid = c.oid
   where c.relkind = 'S' and c.relpersistence <> 't'`,
  `select 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname),
     json_build_object('grants', ${columnGrants("a.attacl")}, ${memberOf("pg_class", "c.oid")})
   from pg_attribute a join pg_class c on c.oid = a.attrelid join own_schemas n on n.oid = c.relnamespace
   where a.attacl is not null and not a.attisdropped and c.relpersistence <> 't'`,
  inheritedColumns,
  columnOrders,
  `select 'routine', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
     json_build_object('owner', pg_get_userbyid(p.proowner), 'grants', ${grants("p.proacl", "f", "p.proowner")},
       'security', case when p.prosecdef then 'definer' else 'invoker' end, ${memberOf("pg_proc", "p.oid")},
       'settings', (select string_agg(s, E'\\n' order by s) from unnest(p.proconfig) s), ${changedOwner("pg_proc", "p.oid", "p.proowner")},
       'body', case when k.objid is not null or ${ofPlatform("p.proowner")} then md5(concat_ws(' ', l.lanname, prosrc, probin, provolatile, proparallel, proisstrict, proleakproof,
         proretset, procost, prorows, pg_get_expr(proargdefaults, 0))) end,
       'definition', case when k.objid is not null and p.prokind in ('f', 'p') and l.lanname not in ('c', 'internal') then pg_get_functiondef(p.oid) end)
   from pg_proc p join own_schemas n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
     left join kept_object k on k.classid = 'pg_proc'::regclass and k.objid = p.oid
   -- Of a function that was dropped after the snapshot, the server does not know the arguments any more.
   where pg_get_function_identity_arguments(p.oid) is not null`,
  `select 'type', format('%I.%I', n.nspname, t.typname),
     json_build_object('owner', pg_get_userbyid(t.typowner), 'grants', ${grants("t.typacl", "T", "t.typowner")}, ${memberOf("pg_type", "t.oid")},
       'definition', case when k.objid is not null or ${ofPlatform("t.typowner")} then concat_ws(', ',
         case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end, t.typdefault, case when t.typnotnull then 'not null' end,
         (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid),
         (select string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum) from pg_attribute where attrelid = t.typrelid and not attisdropped),
         (select string_agg(conname || ' ' || pg_get_constraintdef(c.oid), ', ' order by conname) from pg_constraint c where contypid = t.oid)) end)
   from pg_type t join own_schemas n on n.oid = t.typnamespace left join kept_object k on k.classid = 'pg_type'::regclass and k.objid = t.oid
   where t.typtype in ('d', 'e', 'r', 'b', 'c') and t.typelem = 0
     and (t.typrelid = 0 or (select relkind from pg_class where oid = t.typrelid) = 'c')`,
  `select 'policy', format('%I on %I.%I', p.polname, n.nspname, c.relname),
     json_build_object('command', p.polcmd, 'permissive', p.polpermissive::text,
       'roles', (select string_agg(role, ', ' order by role collate "C")
         from (select case when r = 0 then 'public' else pg_get_userbyid(r) end from unnest(p.polroles) r) named(role)),
       'using', pg_get_expr(p.polqual, p.polrelid), 'with check', pg_get_expr(p.polwithcheck, p.polrelid),
       ${memberOf("pg_class", "c.oid")},
       'definition', case when c.oid in (select oid from kept_table where extension is not null) then format('create policy %I on %I.%I as %s for %s to %s',
         p.polname, n.nspname, c.relname, case when p.polpermissive then 'permissive' else 'restrictive' end,
         case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
         (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(p.polroles) r))
         || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '') || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') end)
   from pg_policy p join pg_class c on c.oid = p.polrelid join own_schemas n on n.oid = c.relnamespace`,
  `select 'trigger', format('%I on %I.%I', t.tgname, n.nspname, c.relname), json_build_object('enabled', t.tgenabled, ${memberOf("pg_class", "c.oid")},
       'definition', case when c.oid in (select oid from kept_table) then pg_get_triggerdef(t.oid) end)
   from pg_trigger t join pg_class c on c.oid = t.tgrelid join own_schemas n on n.oid = c.relnamespace
   where not t.tgisinternal`,
  `select 'event trigger', quote_ident(evtname),
     json_build_object('owner', pg_get_userbyid(evtowner), 'enabled', evtenabled) from pg_event_trigger`,
  `select 'default privileges', format('of %I%s on %s', pg_get_userbyid(d.defaclrole),
       coalesce(' in ' || quote_ident(n.nspname), ''),
       case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'routines' when 'T' then 'types'
         when 'n' then 'schemas' else d.defaclobjtype::text end),
     json_build_object('grants', ${columnGrants("d.defaclacl")})
   from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace`,
  `select 'language', quote_ident(lanname),
     json_build_object('owner', pg_get_userbyid(lanowner), 'grants', ${grants("lanacl", "l", "lanowner")},
       'definition', case when ${extensionOf("pg_language", "l.oid")} is null then concat('create ', case when lanpltrusted then 'trusted ' end,
         'language ', quote_ident(lanname), (
           select string_agg(format(' %s %I.%I', word, n.nspname, p.proname), '' order by nth)
           from (values (1, 'handler', lanplcallfoid), (2, 'inline', laninline), (3, 'validator', lanvalidator)) called(nth, word, oid)
             join pg_proc p on p.oid = called.oid join pg_namespace n on n.oid = p.pronamespace)) end)
   from pg_language l where lanispl`,
  `select 'foreign data wrapper', quote_ident(fdwname),
     json_build_object('owner', pg_get_userbyid(fdwowner), 'grants', ${grants("fdwacl", "F", "fdwowner")}, ${memberOf("pg_foreign_data_wrapper", "f.oid")})
   from pg_foreign_data_wrapper f`,
  `select 'foreign server', quote_ident(srvname),
     json_build_object('owner', pg_get_userbyid(srvowner), 'grants', ${grants("srvacl", "S", "srvowner")})
   from pg_foreign_server`,
  `select 'large object', oid::text,
     json_build_object('owner', pg_get_userbyid(lomowner), 'grants', ${grants("lomacl", "L", "lomowner")})
   from pg_largeobject_metadata`,
  `select 'publication', quote_ident(pubname), json_build_object('owner', pg_get_userbyid(pubowner)) from pg_publication`,
  ...owned("collation", "pg_collation", "coll"),
  ...owned("conversion", "pg_conversion", "con"),
  ...owned("statistics", "pg_statistic_ext", "stx"),
  ...attachedParts,
  ...textSearchParts,
  ...systemParts,
  `select 'operator', format('%I.%s(%s, %s)', n.nspname, o.oprname, format_type(nullif(o.oprleft, 0), null), format_type(nullif(o.oprright, 0), null)),
     json_build_object('owner', pg_get_userbyid(o.oprowner), ${memberOf("pg_operator", "o.oid")})
   from pg_operator o join own_schemas n on n.oid = o.oprnamespace`,
  `select 'operator class', format('%I.%I using %I', n.nspname, o.opcname, a.amname),
     json_build_object('owner', pg_get_userbyid(o.opcowner), ${memberOf("pg_opclass", "o.oid")})
   from pg_opclass o join own_schemas n on n.oid = o.opcnamespace join pg_am a on a.oid = o.opcmethod`,
  `select 'operator family', format('%I.%I using %I', n.nspname, o.opfname, a.amname),
     json_build_object('owner', pg_get_userbyid(o.opfowner), ${memberOf("pg_opfamily", "o.oid")},
       'definition', (select string_agg(distinct m.amopstrategy || ' ' || m.amopopr::regoperator, ', ') from pg_amop m join kept_object k on k.objid = o.oid and k.classid = 'pg_opfamily'::regclass
         where m.amopfamily = o.oid))
   from pg_opfamily o join own_schemas n on n.oid = o.opfnamespace join pg_am a on a.oid = o.opfmethod`,
];

function owned(kind: string, catalog: string, prefix: string): readonly string[] {
  return [
    `select '${kind}', format('%I.%I', n.nspname, o.${prefix}name), json_build_object('owner', pg_get_userbyid(o.${prefix}owner), ${memberOf(catalog, "o.oid")})
     from ${catalog} o join own_schemas n on n.oid = o.${prefix}namespace`,
  ];
}

/**
 * Reads owners and privileges in a fixed order, so the inventories of two databases can be compared. Constants in
 * expressions are written in UTC, because sessions may have different time zones. Compiling this query would take
 * longer than running it.
 */
export async function readAccess(client: pg.Client): Promise<AccessEntry[]> {
  return await readParts(client, parts);
}

/** Reads only the dictionaries and configurations of text search. */
export async function readTextSearch(client: pg.Client): Promise<AccessEntry[]> {
  return await readParts(client, textSearchParts);
}

/** Reads only the columns of tables that inherit, and of their parents. */
export async function readInheritedColumns(client: pg.Client): Promise<AccessEntry[]> {
  return await readParts(client, [inheritedColumns]);
}

async function readParts(client: pg.Client, queries: readonly string[]): Promise<AccessEntry[]> {
  const { rows: before } = await client.query<{ zone: string; jit: string }>(
    `select pg_catalog.current_setting('timezone') as zone, pg_catalog.set_config('timezone', 'UTC', false),
       pg_catalog.current_setting('jit') as jit, pg_catalog.set_config('jit', 'off', false)`,
  );
  const { rows } = await client.query<{ kind: string; name: string; facts: Record<string, string> }>(
    `with own_schemas as (
       select *, nspname = any (${platformSchemaList}) as is_of_platform from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
     ${keptObjects}
     select kind, name, json_strip_nulls(facts) as facts from (${queries.join("\nunion all\n")}) e(kind, name, facts)
     order by kind collate "C", name collate "C"`,
  );
  await client.query(
    "select pg_catalog.set_config('timezone', $1, false), pg_catalog.set_config('jit', $2, false)",
    [before[0]?.zone, before[0]?.jit],
  );
  return rows;
}
