import { json, type Kind, sha256 } from "./kind";

/**
 * The size up to which `auth.users` is read, in bytes. No index supports this query, so the whole table is scanned. ADR 8
 * names the control for larger tables.
 */
export const maxUsersTableBytes = 64 * 1024 * 1024;

/** The values that Auth writes into `role` and `aud` of a new account. Older versions left them empty. */
const usual = `('', 'anon', 'authenticated')`;

/** Up to this many accounts are listed by id; of more, the number and a hash. */
const maxListed = 20;

const listed = `case when count(*) <= ${maxListed} then json_agg(o.id order by o.id)
      else json_build_array(count(*) || ' accounts, ' || left(${sha256(`string_agg(o.id, ' ' order by o.id)`)}, 8)) end`;

/**
 * Accounts with an unusual role or audience, and super admins. Auth copies `role` into the token, and the Data API acts as that role.
 * For service_role and each role that bypasses policies, creates roles or is a member of another role than anon and authenticated,
 * each account is listed. For any other role, such as an application's `editor`, only its existence is, because users sign up with it.
 */
export const accounts: Kind = {
  identity: `'accounts'`,
  withoutComment: true,
  properties: {
    roles: json(`a.roles`),
    superAdmins: json(`a.super_admins`),
    audiences: json(`a.audiences`),
  },
  from: `(
  with odd as materialized (
    select u.id::text as id, coalesce(u.role, '') as role, coalesce(u.aud, '') as aud, u.is_super_admin
    from auth.users u
    where coalesce(u.role, '') not in ${usual} or coalesce(u.aud, '') not in ${usual} or u.is_super_admin
  )
  select
    (select json_object_agg(g.role, g.holders order by g.role collate "C") from (
      select o.role, case when o.role = 'service_role' or exists (
          select from pg_roles r
          where r.rolname = o.role and (r.rolsuper or r.rolbypassrls or r.rolcreaterole
            or exists (select from pg_auth_members m
              where m.member = r.oid and m.roleid not in (select oid from pg_roles where rolname in ('anon', 'authenticated'))))
        ) then ${listed} else '["any"]' end as holders
      from odd o where o.role not in ${usual} group by o.role) g) as roles,
    (select ${listed} from odd o where o.is_super_admin having count(*) > 0) as super_admins,
    (select json_agg(distinct o.aud order by o.aud) from odd o where o.aud not in ${usual} having count(*) > 0) as audiences
) a`,
};
