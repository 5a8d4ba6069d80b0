/**
 * What is ours to look at. Schemas of the platform and of the server are not; nor is anything that an extension
 * made (pg_depend says so with deptype "e") or that the server keeps for another object (deptype "i").
 */

/** Schemas that hosted Supabase or the server itself owns, as a regular expression over the whole name. */
export const platformSchemas =
  "^(pg_.*|information_schema|auth|storage|realtime|_realtime|vault|extensions|graphql|graphql_public|pgbouncer|" +
  "cron|net|pgsodium|pgsodium_masks|pgtle|supabase_.*|_supavisor|_analytics)$";

/** Roles that belong to the platform: what they own or what is set on them is not ours. */
export const platformRoles =
  "^(supabase_.*|dashboard_user|pgbouncer|pgsodium_.*|pgtle_admin|pg_.*|authenticator_internal)$";

/** The lowest oid that initdb does not hand out. */
export const firstUserOid = 16384;

export const managedObjects = `
-- Asked with \`in\`, which is answered from a hash table however many members the planner expects.
extension_member as materialized (
  select classid, objid, refobjid from pg_depend where refclassid = 'pg_extension'::regclass and deptype = 'e'
),
platform_schema as materialized (
  select oid from pg_namespace where nspname ~ '${platformSchemas}'
),
-- The platform's own, in which access is watched; not the server's.
watched_platform_schema as materialized (
  select oid, quote_ident(nspname) as name from pg_namespace
  where nspname ~ '${platformSchemas}' and nspname !~ '^(pg_|information_schema$)'
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
    c.relreplident as replica_identity, c.reloptions as options, c.reloftype as of_type,
    parent.inhparent as parent
  from pg_class c
  join managed_schema s on s.oid = c.relnamespace
  left join pg_inherits parent on c.relispartition and parent.inhrelid = c.oid
  where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    and c.oid not in (select objid from extension_member where classid = 'pg_class'::regclass)
),
-- Where policies and triggers are looked for: our relations and the platform's.
policed_relation as materialized (
  select oid, name, kind, partition, parent, false as platform from relation
  union all
  select c.oid, n.name || '.' || quote_ident(c.relname), c.relkind, c.relispartition, null, true
  from pg_class c
  join watched_platform_schema n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v')
)`;
