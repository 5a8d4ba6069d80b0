import { firstUserOid } from "../managedObjects";
import { boolean, flag, type Kind, number, text } from "./kind";

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
where r.rolname !~ '^pg_' or r.oid >= ${firstUserOid}
  or r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolcanlogin`,
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
-- Except those that initdb creates.
where m.admin or not (m.member = 'pg_monitor'::regrole
  and m.roleid in ('pg_read_all_settings'::regrole, 'pg_read_all_stats'::regrole, 'pg_stat_scan_tables'::regrole))`,
  };
};

/** Returns the kinds of roles on a server of this major version. */
export function roleKinds(serverMajor: number): readonly Kind[] {
  return [ofRoles, ofMemberships(serverMajor)];
}
