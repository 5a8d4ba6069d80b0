import { firstUserOid } from "../managedObjects";
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
    // Mostly those of the information schema. Their OIDs differ between clusters, so the hash uses names.
    later: text(`current_setting('server_version_num') || ': ' || (
      select sum(hash_record_extended((p.proowner::regrole::text, pg_get_functiondef(p.oid)), 0))
      from pg_proc p where p.oid between ${firstUnpinnedOid} and ${firstUserOid - 1} and p.prokind = 'f')`),
  },
  from: `(select) only_row`,
};

/**
 * Returns the kind of the views of pg_catalog and information_schema. Printing 140 views takes as long as reading all other kinds, so
 * from PostgreSQL 17 on, their rules are compared as the server stores them. These contain OIDs, so they are comparable within one
 * cluster only. Older servers also store the positions in the statement's text, which do not count.
 */
export function builtInViewsOf(serverMajor: number): Kind {
  const isStored = serverMajor >= 17;
  const cluster = isStored ? ` || ' in ' || (select system_identifier from pg_control_system())` : "";
  const rule = isStored ? "r.rulename, r.ev_qual::text, r.ev_action::text" : "pg_get_viewdef(c.oid)";
  return {
    identity: `'built-in views'`,
    withoutComment: true,
    properties: {
      content: text(`current_setting('server_version_num')${cluster} || ': ' || (
      select sum(hash_record_extended((c.relname, c.relowner::regrole::text, c.reloptions, r.ev_enabled, ${rule}), 0))
      from pg_class c
      join pg_rewrite r on r.ev_class = c.oid
      where c.oid < ${firstUserOid} and c.relkind = 'v')`),
    },
    from: `(select) only_row`,
  };
}

/** The functions behind the server's own operators, casts, aggregates and types. */
const builtInOperators: Kind = {
  identity: `'built-in operators'`,
  withoutComment: true,
  properties: {
    content: text(`current_setting('server_version_num') || ': ' || (
      select sum(hash) from (
        select hash_record_extended((o.oid, o.oprowner, o.oprcode::oid, o.oprcom, o.oprnegate, o.oprrest::oid, o.oprjoin::oid), 0) as hash
        from pg_operator o where o.oid < ${firstUnpinnedOid}
        union all
        select hash_record_extended((c.castsource, c.casttarget, c.castfunc, c.castcontext, c.castmethod), 0)
        from pg_cast c where c.oid < ${firstUnpinnedOid}
        union all
        select hash_record_extended((a.aggfnoid::oid, a.aggtransfn::oid, a.aggfinalfn::oid, a.aggcombinefn::oid, a.aggserialfn::oid,
          a.aggdeserialfn::oid, a.aggmtransfn::oid, a.aggminvtransfn::oid, a.aggmfinalfn::oid, a.agginitval), 0)
        from pg_aggregate a where a.aggfnoid::oid < ${firstUnpinnedOid}
        union all
        select hash_record_extended((p.amprocfamily, p.amproclefttype, p.amprocrighttype, p.amprocnum, p.amproc::oid), 0)
        from pg_amproc p where p.oid < ${firstUnpinnedOid}
        union all
        select hash_record_extended((t.oid, t.typowner, t.typinput::oid, t.typoutput::oid, t.typreceive::oid, t.typsend::oid), 0)
        from pg_type t where t.oid < ${firstUnpinnedOid}
      ) objects)`),
  },
  from: `(select) only_row`,
};

/** The privileges that initdb granted. Privileges in addition to them are listed separately. */
const builtInPrivileges: Kind = {
  identity: `'built-in privileges'`,
  withoutComment: true,
  properties: {
    content: text(`current_setting('server_version_num') || ': ' || (
      select sum(hash_record_extended((i.classoid, i.objsubid, i.privtype, i.initprivs::text), 0))
      from pg_init_privs i where i.objoid < ${firstUserOid})`),
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

export const serverCode: readonly Kind[] = [
  builtInFunctions,
  builtInOperators,
  builtInPrivileges,
  settings,
  securityLabels,
  otherDatabases,
];
