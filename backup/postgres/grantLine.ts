/** One entry `g` of `aclexplode` as text, without its grantor. */
export const grantLine = `format('%s: %s%s', case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee) end,
  g.privilege_type, case when g.is_grantable then '*' else '' end) as line`;
