import { firstUserOid } from "../managedObjects";
import { boolean, flag, type Kind, number, text } from "./kind";

/**
 * Whether role `r` is one with which the Supabase CLI logs in without a password: the Management API creates it, and its password expires after
 * five minutes. It stays afterwards, so each command of a colleague would be a difference.
 */
const isTemporaryLogin = `(r.rolname in ('cli_login_postgres', 'cli_login_supabase_read_only_user')
  and coalesce(r.rolvaliduntil < now() + interval '10 minutes', false)
  and not (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication))`;

/**
 * Roles with their attributes, except the server's own, which have none. Passwords are not compared, because only superusers
 * may read pg_authid: docs/drift.md names the controls.
 */
const ofRoles: Kind = {
  identity: `'role ' || quote_ident(r.rolname)`,
  address: { catalog: `'pg_authid'::regclass`, object: `r.oid` },
  withoutComment: true,
  properties: {
    superuser: flag(`r.rolsuper`),
    bypassRls: flag(`r.rolbypassrls`),
    createRole: flag(`r.rolcreaterole`),
    createDatabase: flag(`r.rolcreatedb`),
    replication: flag(`r.rolreplication`),
    login: flag(`r.rolcanlogin`),
    inherit: boolean(`r.rolinherit`),
    connectionLimit: number(`nullif(r.rolconnlimit, -1)`),
    validUntil: text(`nullif(r.rolvaliduntil, 'infinity')`),
  },
  from: `pg_roles r
where not ${isTemporaryLogin} and (r.rolname !~ '^pg_' or r.oid >= ${firstUserOid}
  or r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolcanlogin)`,
};

/**
 * Returns the memberships of roles. PostgreSQL 16 split a membership into three options and lists one row per grantor:
 * what counts is what the rows allow together. Before 16 a member may always act as the role, and inherits if it
 * inherits at all.
 */
const ofMemberships = (serverMajor: number): Kind => {
  const split = serverMajor >= 16;
  return {
    identity: `'membership ' || quote_ident(pg_get_userbyid(m.member)) || ' in ' || quote_ident(pg_get_userbyid(m.roleid))`,
    withoutComment: true,
    properties: {
      admin: flag(`m.admin`),
      inherit: boolean(`m.inherit`),
      set: boolean(`m.set`),
    },
    from: `(
  select a.member, a.roleid, bool_or(a.admin_option) as admin,
    bool_or(${split ? "a.inherit_option" : "r.rolinherit"}) as inherit, bool_or(${split ? "a.set_option" : "true"}) as set
  from pg_auth_members a
  join pg_roles r on r.oid = a.member
  group by a.member, a.roleid
) m
-- Except those that initdb creates, and the one of a temporary login.
where m.admin or not (m.member = 'pg_monitor'::regrole
    and m.roleid in ('pg_read_all_settings'::regrole, 'pg_read_all_stats'::regrole, 'pg_stat_scan_tables'::regrole))
  and m.member not in (
    select r.oid from pg_roles r where ${isTemporaryLogin} and r.rolname = 'cli_login_' || pg_get_userbyid(m.roleid))`,
  };
};

/** Returns the kinds of roles on a server of this major version. */
export function roleKinds(serverMajor: number): readonly Kind[] {
  return [ofRoles, ofMemberships(serverMajor)];
}
