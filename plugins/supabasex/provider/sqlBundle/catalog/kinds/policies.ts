import { json, type Kind, text } from "./kind";

/** Policies, except those of an extension's script. */
export const policies: Kind = {
  identity: `'policy ' || r.name || ' ' || quote_ident(p.polname)`,
  address: { catalog: `'pg_policy'::regclass`, object: `p.oid` },
  properties: {
    command: text(`case p.polcmd
      when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end`),
    mode: text(`case when p.polpermissive then 'permissive' else 'restrictive' end`),
    roles: json(`(
      select json_agg(case when role = 0 then 'public' else pg_get_userbyid(role)::text end
        order by (case when role = 0 then 'public' else pg_get_userbyid(role)::text end) collate "C")
      from unnest(p.polroles) as role)`),
    using: text(`pg_get_expr(p.polqual, p.polrelid)`),
    check: text(`pg_get_expr(p.polwithcheck, p.polrelid)`),
  },
  from: `policed_relation r
join pg_policy p on p.polrelid = r.oid and p.xmin is distinct from r.added`,
};
