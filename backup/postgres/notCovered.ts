import type pg from "pg";
import type { NotCovered } from "../manifest";
import { hasLoadableRows, unreadableTypes } from "./inventory";
import { authTables, platformRoles, platformRolesWithOpenSettings, storageTables } from "./platform";

/** Each query returns names of objects that a backup omits, with the reason. */
const exclusions: readonly { readonly sql: string; readonly reason: string }[] = [
  {
    sql: `select 'password of role ' || quote_ident(rolname) from pg_roles
          where rolcanlogin and not rolsuper and rolname <> all ($1) and rolname !~ '^pg_' order by 1`,
    reason:
      "a reader of the backup could log in as the role; `pulumi up` or `alter role … password` sets it again",
  },
  {
    sql: `select 'role ' || quote_ident(rolname) from pg_roles
          where rolsuper and rolname <> all ($1) and rolname !~ '^pg_' order by 1`,
    reason: "a project cannot have superusers of its own",
  },
  {
    sql: `select 'database ' || quote_ident(datname) from pg_database
          where not datistemplate and datname <> current_database() and datname <> 'postgres' order by 1`,
    reason: "a backup contains one database",
  },
  {
    sql: `select 'subscription ' || quote_ident(subname) from pg_subscription
          where subdbid = (select oid from pg_database where datname = current_database()) order by 1`,
    reason: "a restored subscription would receive the publisher's changes instead of the source",
  },
  {
    sql: `select format('rows of foreign table %I.%I', n.nspname, c.relname)
          from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'f'
          and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e') order by 1`,
    reason: "the rows are on the foreign server",
  },
  {
    sql: `select format('options of the user mapping for %I on server %I', usename, srvname) from pg_user_mappings m
          where umoptions is null and not (select rolsuper from pg_roles where rolname = current_user) order by 1`,
    reason:
      "they may contain credentials that the backup's role may not read; set them again with `alter user mapping`",
  },
  {
    sql: `select format('setting %s of %s', split_part(entry, '=', 1), coalesce('role ' || quote_ident(r.rolname), 'the database'))
          from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole cross join unnest(s.setconfig) as entry
          where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
            and (s.setrole = 0 and s.setdatabase <> 0 or r.rolname <> all ($1) or r.rolname = any ($2)) and coalesce(r.rolname !~ '^pg_' and not r.rolsuper, true)
            -- Libraries of the platform's roles are the platform's.
            and not (r.rolname = any ($2) and entry like 'session_preload_libraries=%')
            and (select context <> 'user' from pg_settings where name = split_part(entry, '=', 1)) order by 1`,
    reason: "only a superuser may set it; the stack or the dashboard does",
  },
  {
    sql: `select format('setting %s of all roles', split_part(entry, '=', 1)) from pg_db_role_setting cross join unnest(setconfig) as entry
          where setrole = 0 and setdatabase = 0 order by 1`,
    reason: "only a superuser may set it, and it applies to all databases of the server",
  },
  {
    sql: `select format('security label of %s %s', objtype, objname) from pg_seclabels
          where objtype = 'role' or objtype = 'database' and objname = quote_ident(current_database()) order by 1`,
    reason: "only a label provider can set it; set it again with `security label`",
  },
  {
    sql: `select format('grant on parameter %s', parname) from pg_parameter_acl order by 1`,
    reason: "only a superuser may grant it",
  },
  {
    // The target also has what a new project has, and what its API roles get from Supabase's extensions.
    sql: `select distinct format('membership of role %I in %I', m.rolname, r.rolname) from pg_auth_members a
          join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
          where m.rolname in ('anon', 'authenticated', 'authenticator', 'service_role') and (r.rolname = any ($1) or r.rolname ~ '^pg_')
            and r.rolname !~ '^pgsodium_' and not (m.rolname = 'authenticator' and r.rolname in ('anon', 'authenticated', 'service_role')) order by 1`,
    reason: "both roles belong to the platform; grant it again",
  },
  {
    sql: `select format('comment on extension %I', e.extname) from pg_extension e join pg_available_extensions a on a.name = e.extname
          where obj_description(e.oid, 'pg_extension') is distinct from a.comment
          union all select 'comment on language plpgsql' from pg_language l where lanname = 'plpgsql'
            and obj_description(l.oid, 'pg_language') is distinct from 'PL/pgSQL procedural language' order by 1`,
    reason: "it belongs to the owner of the extension, which is the platform",
  },
  {
    sql: `select format('index %I.%I', n.nspname, c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
          where not i.indisvalid and c.relkind = 'i' order by 1`,
    reason: "it is invalid because its creation failed; drop it or reindex it",
  },
  {
    sql: `select format('detachment of partition %I.%I', n.nspname, c.relname) from pg_inherits i join pg_class c on c.oid = i.inhrelid
            join pg_namespace n on n.oid = c.relnamespace where i.inhdetachpending order by 1`,
    reason: "it is unfinished, which pg_dump does not save, so a restore attaches the partition; finish it",
  },
  {
    sql: `select 'replication slot ' || quote_ident(slot_name) from pg_replication_slots
          where database = current_database() and not temporary order by 1`,
    reason: "it is a position in the log of this server; create it again and restart its consumer",
  },
  {
    sql: `select format('prepared transaction %L', gid) from pg_prepared_xacts where database = current_database() order by 1`,
    reason: "its writes are neither committed nor rolled back",
  },
  {
    sql: `select format('value of sequence %I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
          join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
          where c.relkind = 'S' and not (n.nspname = any ($3)) and n.nspname <> 'graphql' and case when c.relkind = 'S' then pg_sequence_last_value(c.oid) end is not null order by 1`,
    reason: "it belongs to an extension, which creates it",
  },
  {
    // Types of tables and arrays go with their tables and elements. Locales of the system may have been imported again.
    sql: `select i.type || ' ' || i.identity from (
            select 'pg_class'::regclass::oid, oid, relnamespace from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
            union all select 'pg_proc'::regclass, oid, pronamespace from pg_proc
            union all select 'pg_type'::regclass, oid, typnamespace from pg_type where typtype in ('b', 'd', 'e', 'r') and typcategory <> 'A'
            union all select 'pg_operator'::regclass, oid, oprnamespace from pg_operator
            union all select 'pg_opclass'::regclass, oid, opcnamespace from pg_opclass
            union all select 'pg_opfamily'::regclass, oid, opfnamespace from pg_opfamily
            union all select 'pg_conversion'::regclass, oid, connamespace from pg_conversion
            union all select 'pg_statistic_ext'::regclass, oid, stxnamespace from pg_statistic_ext
            union all select 'pg_ts_config'::regclass, oid, cfgnamespace from pg_ts_config
            union all select 'pg_ts_dict'::regclass, oid, dictnamespace from pg_ts_dict
            union all select 'pg_ts_parser'::regclass, oid, prsnamespace from pg_ts_parser
            union all select 'pg_ts_template'::regclass, oid, tmplnamespace from pg_ts_template
          ) o (classid, objid, namespace), pg_identify_object(o.classid, o.objid, 0) i
          where o.objid >= 16384 and o.namespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            and not exists (select from pg_depend e where e.classid = o.classid and e.objid = o.objid and e.deptype = 'e') order by 1`,
    reason: "it is in a schema of PostgreSQL itself, which pg_dump does not read; move it to another one",
  },
  {
    sql: `select i.type || ' ' || i.identity from (
            select 'pg_amop'::regclass::oid, oid, amopfamily, 'pg_operator'::regclass::oid, amopopr from pg_amop
            union all select 'pg_amproc'::regclass, oid, amprocfamily, 'pg_proc'::regclass, amproc from pg_amproc
          ) m (classid, objid, family, member_class, member), pg_identify_object(m.classid, m.objid, 0) i
          where m.objid >= 16384 and m.family < 16384
            and not exists (select from pg_depend d where d.classid = m.classid and d.objid = m.objid and d.refclassid = 'pg_opclass'::regclass)
            and not exists (select from pg_depend e where e.classid = m.member_class and e.objid = m.member and e.deptype = 'e') order by 1`,
    reason:
      "it was added to an operator family of PostgreSQL itself, which pg_dump does not read; add it again",
  },
  {
    sql: `select distinct format('state of foreign key %I on %s', k.conname, k.conrelid::regclass) from pg_trigger t join pg_constraint k on k.oid = t.tgconstraint
          where t.tgisinternal and t.tgenabled <> 'O' and k.contype = 'f' order by 1`,
    reason:
      "its triggers are disabled or fire on replicas, which pg_dump does not save; the restored foreign key is enforced",
  },
  {
    sql: `select format('values of column %I.%I.%I', n.nspname, c.relname, a.attname) from pg_attribute a join pg_class c on c.oid = a.attrelid
            join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and c.relpersistence <> 't' and c.oid >= 16384 and a.attnum > 0 and not a.attisdropped
            and a.atttypid in ${unreadableTypes} order by 1`,
    reason: "the server cannot read values of this type",
  },
  {
    sql: `select format('rows of %I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and c.relpersistence <> 't' and c.oid >= 16384 and not ${hasLoadableRows} order by 1`,
    reason: "they need a value in a column whose type the server cannot read, or have only such columns",
  },
  {
    // The comments on these objects, which go with others.
    sql: `select format('comment on %s %s', i.type, i.identity) from pg_description d cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
          where d.objoid >= 16384 and (
            d.classoid = 'pg_type'::regclass and d.objoid in (select oid from pg_type t where typtype = 'm' or typcategory = 'A' and typelem <> 0
              or typrelid <> 0 and (select relkind from pg_class where oid = t.typrelid) <> 'c')
            or d.classoid = 'pg_rewrite'::regclass and d.objoid in (select oid from pg_rewrite where rulename = '_RETURN')
            or d.classoid = 'pg_trigger'::regclass and d.objoid in (select oid from pg_trigger where tgisinternal)) order by 1`,
    reason: "pg_dump does not save it, because the server creates the object together with another one",
  },
  {
    sql: `select 'comment on role ' || quote_ident(rolname) from pg_roles
          where (rolname = any ($1) or rolsuper) and rolname !~ '^pg_' and shobj_description(oid, 'pg_authid') is not null order by 1`,
    reason: "the platform creates the role",
  },
  {
    sql: `select format('connection limit %s of role %I', rolconnlimit, rolname) from pg_roles
          where rolname = any ($1) and rolconnlimit <> -1 order by 1`,
    reason: "the platform creates the role; set it again with `alter role`",
  },
  {
    // Privileges on the type of a table's rows.
    sql: `select format('grants on type %I.%I', n.nspname, t.typname) from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_class c on c.oid = t.typrelid
          where t.typacl is not null and c.relkind <> 'c' and t.oid >= 16384 order by 1`,
    reason: "it is the type of the rows of a table, which pg_dump does not save",
  },
  {
    sql: `select 'tablespace ' || quote_ident(spcname) from pg_tablespace where spcname !~ '^pg_' order by 1`,
    reason: "where the target lacks it, its tables are restored into the default tablespace",
  },
];

/** Rows of the platform's tables that a backup omits because they are state of the platform. */
const platformRows: readonly { readonly schema: string; readonly reason: string }[] = [
  {
    schema: "auth",
    reason: "sessions, tokens and challenges are useless with other signing keys; users sign in again",
  },
  { schema: "storage", reason: "they describe files, and files are not part of a database backup" },
  { schema: "vault", reason: "secrets are encrypted with a key that no backup has; set them again" },
  { schema: "pgsodium", reason: "keys are derived from a key that no backup has" },
  { schema: "cron", reason: "jobs are recreated from jobs.sql; the rest is their run history" },
  { schema: "realtime", reason: "messages are in transit and expire after days" },
  { schema: "net", reason: "requests and responses are in transit and expire after hours" },
  { schema: "supabase_functions", reason: "they are the platform's own records" },
];

/** Tables in which the platform's services record their own migrations. */
const ownRecords = /(^|_)(schema_)?migrations$/;

/** Lists what the database contains and a backup omits. Nothing is omitted silently. */
export async function readNotCovered(client: pg.Client): Promise<NotCovered[]> {
  const found: NotCovered[] = [];
  for (const { sql, reason } of exclusions) {
    // Not from a table, so that parameters which a query does not use have a type.
    const { rows } = await client.query<{ what: string }>({
      text: `with given as (select $1::text[], $2::text[], $3::text[]) select what from (${sql}) e(what)`,
      values: [
        Object.keys(platformRoles),
        platformRolesWithOpenSettings,
        platformRows.map(({ schema }) => schema),
      ],
    });
    found.push(...rows.map(({ what }) => ({ what, reason })));
  }
  return [
    ...found,
    ...(await readPlatformRows(client)),
    ...(await readExtensionRows(client)),
    ...(await readForeignJobs(client)),
  ];
}

async function readPlatformRows(client: pg.Client): Promise<NotCovered[]> {
  const { rows: tables } = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any ($1)
       and (pg_get_userbyid(c.relowner) = any ($2)
         or exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e'))
     order by 1, 2`,
    [
      platformRows.map(({ schema }) => schema),
      Object.keys(platformRoles).filter((role) => role !== "postgres"),
    ],
  );
  const covered = new Set([
    ...authTables.map((table) => `auth.${table}`),
    ...storageTables.map((table) => `storage.${table}`),
    "cron.job",
  ]);
  const left: NotCovered[] = [];
  for (const { schema, name } of tables) {
    if (covered.has(`${schema}.${name}`) || ownRecords.test(name)) continue;
    const reason = platformRows.find((platform) => platform.schema === schema)?.reason ?? "";
    if (await hasRows(client, schema, name)) left.push({ what: `rows of ${schema}.${name}`, reason });
  }
  return left;
}

/** Lists rows in tables of extensions that no extension declares as user data. The platform's are listed above. */
async function readExtensionRows(client: pg.Client): Promise<NotCovered[]> {
  const { rows: tables } = await client.query<{ schema: string; name: string; extension: string }>(
    `select n.nspname as schema, c.relname as name, e.extname as extension
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e' join pg_extension e on e.oid = d.refobjid
     where c.relkind = 'r' and not (n.nspname = any ($1)) and not coalesce(c.oid = any (e.extconfig), false)
     order by 1, 2`,
    [platformRows.map(({ schema }) => schema)],
  );
  const left: NotCovered[] = [];
  for (const { schema, name, extension } of tables) {
    if (await hasRows(client, schema, name))
      left.push({
        what: `rows of ${schema}.${name}`,
        reason: `the table belongs to extension ${extension}, which does not declare them as user data`,
      });
  }
  return left;
}

/** Lists jobs of pg_cron that run in other databases. */
async function readForeignJobs(client: pg.Client): Promise<NotCovered[]> {
  const { rows: found } = await client.query<{ may: boolean }>(
    `select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as may
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'cron' and c.relname = 'job'`,
  );
  if (found[0]?.may !== true) return [];
  const { rows } = await client.query<{ what: string }>(
    `select format('job %s of database %I', coalesce(quote_ident(jobname), jobid::text), database) as what from cron.job
     where database <> current_database() order by jobid`,
  );
  return rows.map(({ what }) => ({ what, reason: "a backup contains one database" }));
}

/** Returns whether a table has rows. A table that the role may not read counts as one with rows. */
async function hasRows(client: pg.Client, schema: string, name: string): Promise<boolean> {
  const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
  const { rows: allowed } = await client.query<{ allowed: boolean }>(
    "select has_table_privilege($1, 'select') and has_schema_privilege($2, 'usage') as allowed",
    [table, schema],
  );
  if (allowed[0]?.allowed !== true) return true;
  const { rows } = await client.query(`select from ${table} limit 1`);
  return rows.length > 0;
}
