import { firstUserOid } from "../managedObjects";
import { boolean, type Kind, text } from "./kind";

/**
 * What somebody was granted on the server's own objects beside what initdb grants, each privilege by itself: to read
 * pg_authid or a file is to read everything.
 */
const onSystemObjects: Kind = {
  identity: `'system privilege ' || lower(x.privilege_type) || ' on ' || o.name || ' to '
    || case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end`,
  withoutComment: true,
  properties: { held: boolean(`true`) },
  from: `(
  select c.tableoid as class, c.oid, 'table ' || c.oid::regclass::text as name, c.relacl as acl
  from pg_class c
  where c.oid < ${firstUserOid} and c.relacl is not null
  union all
  select p.tableoid, p.oid, 'function ' || p.oid::regprocedure::text, p.proacl
  from pg_proc p
  where p.oid < ${firstUserOid} and p.proacl is not null
) o
cross join lateral aclexplode(o.acl) x
left join pg_init_privs i on i.objoid = o.oid and i.classoid = o.class and i.objsubid = 0
where x.grantee <> 10
  and not (i.initprivs is null and x.grantee = 0 and o.class = 'pg_proc'::regclass)
  and not exists (
    select from aclexplode(i.initprivs) born
    where born.grantee = x.grantee and born.privilege_type = x.privilege_type)`,
};

/** Who may set a parameter that is a superuser's, or set it for the whole server. */
const onParameters: Kind = {
  identity: `'parameter privilege ' || lower(x.privilege_type) || ' on ' || p.parname || ' to '
    || case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end`,
  withoutComment: true,
  properties: { held: boolean(`true`) },
  from: `pg_parameter_acl p
cross join lateral aclexplode(p.paracl) x
where x.grantee <> 10`,
};

/** Subscriptions: what another server sends is written past every policy. */
const subscriptions: Kind = {
  identity: `'subscription ' || quote_ident(s.subname)`,
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(s.subowner)`),
    enabled: boolean(`s.subenabled`),
    publications: text(`s.subpublications::text`),
  },
  from: `pg_subscription s
where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())`,
};

export const serverPrivileges: readonly Kind[] = [onSystemObjects, onParameters, subscriptions];
