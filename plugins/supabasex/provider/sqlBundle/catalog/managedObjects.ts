/**
 * What is read. This excludes schemas of the platform and of the server, anything that an extension created (deptype
 * "e" in pg_depend), and what the server keeps for another object (deptype "i").
 */

/** Schemas of hosted Supabase or the server, as a regular expression for the whole name. */
export const platformSchemas =
  "^(pg_.*|information_schema|auth|storage|realtime|_realtime|vault|extensions|graphql|graphql_public|pgbouncer|" +
  "cron|net|pgsodium|pgsodium_masks|pgtle|supabase_.*|_supavisor|_analytics)$";

/** Roles of the platform: what they own or what is set on them is not ours. */
export const platformRoles =
  "^(supabase_.*|dashboard_user|pgbouncer|pgsodium_.*|pgtle_admin|pg_.*|authenticator_internal)$";

/** The lowest oid that initdb does not assign. */
export const firstUserOid = 16384;

export const managedObjects = `
-- Queried with \`in\`, which uses a hash table regardless of the planner's estimate.
-- The owner of an extension may add any object to it. A table in a schema that neither is the extension's nor was created by one
-- was added manually, and counts as a table like any other.
extension_member as materialized (
  select d.classid, d.objid, d.refobjid, d.xmin as added
  from pg_depend d
  join pg_extension x on x.oid = d.refobjid
  left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
  where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
    and (c.oid is null or c.relnamespace = x.extnamespace or c.relnamespace in (
      select n.oid from pg_namespace n where n.nspname ~ '${platformSchemas}'
      union all
      select m.objid from pg_depend m
      where m.refclassid = 'pg_extension'::regclass and m.deptype = 'e' and m.classid = 'pg_namespace'::regclass))
),
-- Objects that the server drops together with an extension: alter function … depends on extension.
extension_dependent as materialized (
  select d.classid, d.objid, json_agg(quote_ident(x.extname) order by x.extname collate "C")::text as extensions
  from pg_depend d
  join pg_extension x on x.oid = d.refobjid
  where d.refclassid = 'pg_extension'::regclass and d.deptype = 'x'
  group by d.classid, d.objid
),
platform_schema as materialized (
  select oid from pg_namespace where nspname ~ '${platformSchemas}'
),
-- The platform's own and those of extensions, in which access is watched; not the server's. A superuser may create one with a name
-- like the server's.
watched_platform_schema as materialized (
  select oid, quote_ident(nspname) as name from pg_namespace
  where nspname ~ '${platformSchemas}' and nspname !~ '^(pg_catalog|pg_toast|pg_temp_[0-9]+|pg_toast_temp_[0-9]+|information_schema)$'
    or oid in (select objid from extension_member where classid = 'pg_namespace'::regclass)
),
managed_schema as materialized (
  select n.oid, quote_ident(n.nspname) as name, n.nspowner as owner, n.nspacl as acl
  from pg_namespace n
  where n.oid not in (select oid from platform_schema)
    and n.oid not in (select objid from extension_member where classid = 'pg_namespace'::regclass)
),
-- Tables, partitioned tables, foreign tables, views, materialized views and sequences.
relation as materialized (
  select
    c.oid, c.relkind as kind, s.name || '.' || quote_ident(c.relname) as name, s.name as schema, c.relowner as owner,
    c.relacl as acl, c.relpersistence as persistence, c.relispartition as partition,
    c.relrowsecurity as row_security, c.relforcerowsecurity as row_security_forced,
    c.relreplident as replica_identity, c.reloptions as options, c.reloftype as of_type, c.relam as access_method,
    c.reltoastrelid as toast,
    parent.inhparent as parent
  from pg_class c
  join managed_schema s on s.oid = c.relnamespace
  left join pg_inherits parent on c.relispartition and parent.inhrelid = c.oid
  where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    and c.oid not in (select objid from extension_member where classid = 'pg_class'::regclass)
),
-- Relations whose policies, triggers and rules are read: ours, the platform's, and tables of extensions. Those on views of extensions
-- are not, because an upgrade of the server creates the rules of PostGIS's view separately. A table of an extension has the transaction
-- that added it: what has the same one comes from the extension's script.
policed_relation as materialized (
  select oid, name, kind, partition, false as platform, null::oid as extension, null::xid as added from relation
  union all
  select c.oid, s.name || '.' || quote_ident(c.relname), c.relkind, c.relispartition, false, m.refobjid, m.added
  from extension_member m
  join pg_class c on c.oid = m.objid and c.relkind in ('r', 'p', 'f')
  join managed_schema s on s.oid = c.relnamespace
  where m.classid = 'pg_class'::regclass
  union all
  select c.oid, n.name || '.' || quote_ident(c.relname), c.relkind, c.relispartition, true, null, null
  from pg_class c
  join watched_platform_schema n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'f')
)`;
