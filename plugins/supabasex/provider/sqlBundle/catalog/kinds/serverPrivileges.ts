import { firstUserOid, platformRoles } from "../managedObjects";
import { boolean, flag, type Kind, text } from "./kind";

/**
 * Privileges on the server's own objects in addition to those that initdb grants, each one separately: reading
 * pg_authid or a file means reading everything.
 */
const onSystemObjects: Kind = {
  identity: `'system privilege ' || lower(x.privilege_type) || o.columns || ' on ' || o.name || ' to '
    || case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end`,
  withoutComment: true,
  properties: { held: boolean(`true`) },
  from: `(
  select c.tableoid as class, c.oid, 0 as part, 'table ' || c.oid::regclass::text as name, '' as columns, c.relacl as acl
  from pg_class c
  where c.oid < ${firstUserOid} and c.relacl is not null
  union all
  select 'pg_class'::regclass, a.attrelid, a.attnum, 'table ' || a.attrelid::regclass::text, ' (' || quote_ident(a.attname) || ')',
    a.attacl
  from pg_attribute a
  where a.attrelid < ${firstUserOid} and a.attacl is not null
  union all
  select p.tableoid, p.oid, 0, 'function ' || p.oid::regprocedure::text, '', p.proacl
  from pg_proc p
  where p.oid < ${firstUserOid} and p.proacl is not null
  union all
  select n.tableoid, n.oid, 0, 'schema ' || quote_ident(n.nspname), '', n.nspacl
  from pg_namespace n
  where n.oid < ${firstUserOid} and n.nspname <> 'public' and n.nspacl is not null
  union all
  select s.tableoid, s.oid, 0, 'tablespace ' || quote_ident(s.spcname), '', s.spcacl
  from pg_tablespace s
  where s.spcacl is not null
  union all
  select d.tableoid, d.oid, 0, 'database ' || quote_ident(d.datname), '', d.datacl
  from pg_database d
  where d.datname <> current_database() and d.datacl is not null
) o
cross join lateral aclexplode(o.acl) x
left join pg_init_privs i on i.objoid = o.oid and i.classoid = o.class and i.objsubid = o.part
where x.grantee <> 10
  and not (i.initprivs is null and x.grantee = 0 and o.class = 'pg_proc'::regclass)
  -- Excludes the owner's privileges and those that PUBLIC has by default.
  and not (o.class = 'pg_database'::regclass
    and (x.grantee = x.grantor or x.grantee = 0 and x.privilege_type in ('CONNECT', 'TEMPORARY')))
  and not exists (
    select from aclexplode(i.initprivs) born
    where born.grantee = x.grantee and born.privilege_type = x.privilege_type)`,
};

/** Who may set a parameter that needs a superuser, or set it for the whole server. */
const onParameters: Kind = {
  identity: `'parameter privilege ' || lower(x.privilege_type) || ' on ' || p.parname || ' to '
    || case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end`,
  withoutComment: true,
  properties: { held: boolean(`true`) },
  from: `pg_parameter_acl p
cross join lateral aclexplode(p.paracl) x
where x.grantee <> 10`,
};

/** Returns the kind of subscriptions: rows from another server are written without checking any policy. */
export const subscriptionsOf = (serverMajor: number): Kind => ({
  identity: `'subscription ' || quote_ident(s.subname)`,
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(s.subowner)`),
    enabled: boolean(`s.subenabled`),
    publications: text(`s.subpublications::text`),
    ...(serverMajor >= 16 && {
      runAsOwner: flag(`s.subrunasowner`),
      withoutPassword: flag(`not s.subpasswordrequired`),
    }),
  },
  from: `pg_subscription s
where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())`,
});

/**
 * Privileges on the objects of extensions in addition to those that the extension grants. Those of the platform's roles
 * are excluded, except the server's, of which any role may be a member; those of API roles in the platform's schemas are with these.
 */
const onExtensions: Kind = {
  identity: `'extension privilege ' || lower(x.privilege_type) || o.columns || ' on ' || o.name || ' to '
    || case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end`,
  withoutComment: true,
  properties: {
    held: boolean(`true`),
    extension: text(`(select e.extname from pg_extension e where e.oid = o.refobjid)`),
  },
  from: `(
  select m.classid, m.objid, 0 as part, m.refobjid, 'table ' || c.oid::regclass::text as name, '' as columns, c.relacl as acl,
    c.relowner as owner, c.relnamespace as schema
  from extension_member m
  join pg_class c on c.oid = m.objid
  where m.classid = 'pg_class'::regclass and c.relacl is not null
  union all
  -- The columns of tables in the platform's schemas are objects of their own.
  select m.classid, m.objid, a.attnum, m.refobjid, 'table ' || c.oid::regclass::text, ' (' || quote_ident(a.attname) || ')', a.attacl,
    c.relowner, c.relnamespace
  from extension_member m
  join pg_class c on c.oid = m.objid and c.relnamespace in (select oid from managed_schema)
  join pg_attribute a on a.attrelid = c.oid and a.attacl is not null and not a.attisdropped
  where m.classid = 'pg_class'::regclass
  union all
  select m.classid, m.objid, 0, m.refobjid, 'function ' || p.oid::regprocedure::text, '', p.proacl, p.proowner, p.pronamespace
  from extension_member m
  join pg_proc p on p.oid = m.objid
  where m.classid = 'pg_proc'::regclass and p.proacl is not null
) o
cross join lateral aclexplode(o.acl) x
left join pg_init_privs i on i.objoid = o.objid and i.classoid = o.classid and i.objsubid = o.part
where x.grantee <> o.owner
  and not (i.initprivs is null and x.grantee = 0 and o.classid = 'pg_proc'::regclass)
  and not exists (
    select from aclexplode(i.initprivs) born
    where born.grantee = x.grantee and born.privilege_type = x.privilege_type)
  and (x.grantee = 0 or (pg_get_userbyid(x.grantee) !~ '${platformRoles}' or starts_with(pg_get_userbyid(x.grantee), 'pg_'))
    and pg_get_userbyid(x.grantee) not in ('postgres')
    and not (o.schema in (select oid from watched_platform_schema)
      and pg_get_userbyid(x.grantee) in ('anon', 'authenticated', 'authenticator', 'service_role')))`,
};

/**
 * The functions of extensions that PUBLIC may not execute although the extension does not withhold it. Revoking
 * EXECUTE is a guard. After it is granted again, it is the default, which no list of privileges shows.
 */
const withheldFunctions: Kind = {
  identity: `'withheld privilege execute on function ' || p.oid::regprocedure || ' from public'`,
  withoutComment: true,
  properties: {
    extension: text(`(select e.extname from pg_extension e where e.oid = m.refobjid)`),
  },
  from: `extension_member m
join pg_proc p on p.oid = m.objid and p.proacl is not null
left join pg_init_privs i on i.objoid = p.oid and i.classoid = m.classid and i.objsubid = 0
where m.classid = 'pg_proc'::regclass
  and not exists (select from aclexplode(p.proacl) x where x.grantee = 0)
  and (i.initprivs is null or exists (select from aclexplode(i.initprivs) x where x.grantee = 0))`,
};

/** Who may use or create a connection to another server, or write functions in a language. */
const onForeignObjects: Kind = {
  identity: `'foreign privilege ' || lower(x.privilege_type) || ' on ' || o.name || ' to '
    || case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end`,
  withoutComment: true,
  properties: { held: boolean(`true`) },
  from: `(
  select 'server ' || quote_ident(srvname) as name, srvacl as acl, srvowner as owner from pg_foreign_server
  union all
  select 'foreign-data wrapper ' || quote_ident(fdwname), fdwacl, fdwowner from pg_foreign_data_wrapper
  union all
  select 'language ' || quote_ident(lanname), lanacl, lanowner from pg_language
) o
cross join lateral aclexplode(o.acl) x
where x.grantee <> o.owner
  -- By default, PUBLIC may use a trusted language.
  and not (x.grantee = 0 and o.name like 'language %')`,
};

/** Large objects that API roles own or that others may read: they are in no schema, and no policy applies to them. */
const largeObjects: Kind = {
  identity: `'large object ' || l.oid`,
  privileges: { type: `'L'`, owner: `l.lomowner`, acl: `l.lomacl` },
  withoutComment: true,
  properties: { owner: text(`pg_get_userbyid(l.lomowner)`) },
  from: `pg_largeobject_metadata l
where l.lomacl is not null or pg_get_userbyid(l.lomowner) in ('anon', 'authenticated', 'authenticator', 'service_role')`,
};

/**
 * Replication slots, from which another program reads all changes: logical ones of this database, and physical ones, which are of the whole
 * server. Realtime's own are temporary.
 */
const replicationSlots: Kind = {
  identity: `'replication slot ' || quote_ident(s.slot_name)`,
  withoutComment: true,
  properties: {
    plugin: text(`s.plugin::text`),
    physical: flag(`s.slot_type = 'physical'`),
  },
  from: `pg_replication_slots s
where not s.temporary and (s.slot_type = 'physical' or s.database = current_database())`,
};

export const serverPrivileges: readonly Kind[] = [
  onSystemObjects,
  onExtensions,
  withheldFunctions,
  onForeignObjects,
  onParameters,
  largeObjects,
  replicationSlots,
];
