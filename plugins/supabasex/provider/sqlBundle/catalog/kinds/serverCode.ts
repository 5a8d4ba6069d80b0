import { type Kind, text } from "./kind";

/** Objects below this OID are the same in every cluster of a version; initdb assigns later ones in any order. */
const firstUnpinnedOid = 12000;

/**
 * The server's own functions as one number, which shows that one was replaced. It is comparable for one version of the server. A
 * sum needs no order, and hashing records is much faster than hashing texts.
 */
const builtInFunctions: Kind = {
  identity: `'built-in functions'`,
  withoutComment: true,
  properties: {
    content: text(`current_setting('server_version_num') || ': ' || (
      select sum(hash_record_extended(
        (p.oid, p.proowner, p.prosecdef, p.proleakproof, p.provolatile, p.prolang, p.prosrc, p.probin, p.proconfig), 0))
      from pg_proc p where p.oid < ${firstUnpinnedOid})`),
  },
  from: `(select) only_row`,
};

/** Settings of the server that determine as which role, or with which code, every session runs. */
const watchedSettings = [
  "allow_system_table_mods",
  "createrole_self_grant",
  "event_triggers",
  "lo_compat_privileges",
  "local_preload_libraries",
  "password_encryption",
  "row_security",
  "session_preload_libraries",
  "session_replication_role",
  "ssl",
];

/**
 * The server's configuration. A session only sees it if no setting of its role or of the database overrides it; those are
 * reported separately.
 */
const settings: Kind = {
  identity: `'server setting ' || s.name`,
  withoutComment: true,
  properties: {
    configured: text(`case when not exists (
      select from pg_db_role_setting r cross join lateral unnest(r.setconfig) as line
      where r.setrole in (0, (select oid from pg_roles where rolname = session_user))
        and r.setdatabase in (0, (select oid from pg_database where datname = current_database()))
        and line like s.name || '=%') then s.reset_val end`),
  },
  from: `pg_settings s
where s.name in (${watchedSettings.map((name) => `'${name}'`).join(", ")})`,
};

/** Labels with which a security provider controls access. */
const securityLabels: Kind = {
  identity: `'security label ' || l.provider || ' on ' || o.type || ' ' || o.identity`,
  withoutComment: true,
  properties: {
    label: text(`l.label`),
  },
  from: `(
  select classoid, objoid, objsubid, provider, label from pg_seclabel
  union all
  select classoid, objoid, 0, provider, label from pg_shseclabel
) l
cross join lateral pg_identify_object(l.classoid, l.objoid, l.objsubid) o`,
};

/** Other databases of the server: each may be a copy of this one without its access rules. */
const otherDatabases: Kind = {
  identity: `'other database ' || quote_ident(d.datname)`,
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(d.datdba)`),
  },
  from: `pg_database d
where d.datname not in (current_database(), 'template0', 'template1')`,
};

export const serverCode: readonly Kind[] = [builtInFunctions, settings, securityLabels, otherDatabases];
