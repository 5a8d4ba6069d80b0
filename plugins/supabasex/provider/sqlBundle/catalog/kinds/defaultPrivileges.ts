import type { Kind } from "./kind";

export const defaultPrivileges: Kind = {
  identity: `'default privileges ' || quote_ident(pg_get_userbyid(a.defaclrole)) || coalesce(' in ' || quote_ident(s.nspname), '')
    || case a.defaclobjtype
      when 'r' then ' tables' when 'S' then ' sequences' when 'f' then ' functions' when 'T' then ' types'
      when 'n' then ' schemas' else ' ' || a.defaclobjtype::text end`,
  address: { catalog: `'pg_default_acl'::regclass`, object: `a.oid` },
  privileges: {
    type: `case a.defaclobjtype when 'S' then 's' else a.defaclobjtype end`,
    // In a schema the list is added to the built-in one, which includes the owner's; elsewhere it replaces it.
    owner: `case when a.defaclnamespace = 0 then a.defaclrole end`,
    acl: `a.defaclacl`,
  },
  properties: {},
  from: `pg_default_acl a
left join pg_namespace s on s.oid = a.defaclnamespace`,
};
