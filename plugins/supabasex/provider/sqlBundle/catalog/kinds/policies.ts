import type { KindQuery } from "./kind";

export const policies: KindQuery = `
select
  'policy ' || r.name || ' ' || quote_ident(p.polname),
  'pg_policy'::regclass::oid, p.oid, 0, null, null, null,
  json_build_object(
    'command', case p.polcmd
      when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
    'mode', case when p.polpermissive then 'permissive' else 'restrictive' end,
    'roles', (
      select json_agg(case when role = 0 then 'public' else pg_get_userbyid(role)::text end
        order by (case when role = 0 then 'public' else pg_get_userbyid(role)::text end) collate "C")
      from unnest(p.polroles) as role),
    'using', pg_get_expr(p.polqual, p.polrelid),
    'check', pg_get_expr(p.polwithcheck, p.polrelid),
    'comment', d.description)
from policed_relation r
join pg_policy p on p.polrelid = r.oid
left join pg_description d on d.classoid = 'pg_policy'::regclass and d.objoid = p.oid`;
