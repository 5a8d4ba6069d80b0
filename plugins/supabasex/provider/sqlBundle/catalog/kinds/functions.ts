import type { KindQuery } from "./kind";

/** Functions and procedures, without those that the server made for a range type. Costs count only off their default. */
export const functions: KindQuery = `
select
  case p.prokind when 'p' then 'procedure ' else 'function ' end
    || s.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')',
  'pg_proc'::regclass::oid, p.oid, 0, 'f', p.proowner, p.proacl,
  json_build_object(
    'owner', pg_get_userbyid(p.proowner),
    'language', l.lanname,
    'arguments', pg_get_function_arguments(p.oid),
    'returns', pg_get_function_result(p.oid),
    'body', coalesce(pg_get_function_sqlbody(p.oid), p.prosrc),
    'library', p.probin,
    'security', case when p.prosecdef then 'definer' else 'invoker' end,
    'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    'parallel', case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end,
    'strict', nullif(p.proisstrict, false),
    'leakproof', nullif(p.proleakproof, false),
    'window', case when p.prokind = 'w' then true end,
    'cost', nullif(p.procost, case when l.lanname in ('c', 'internal') then 1 else 100 end),
    'rows', case when p.proretset then nullif(p.prorows, 1000) end,
    'support', case when p.prosupport <> 0 then p.prosupport::regproc::text end,
    'settings', case when p.proconfig is not null then (
      select json_object_agg(option_name, option_value) from pg_options_to_table(p.proconfig)) end,
    'comment', d.description)
from managed_schema s
join pg_proc p on p.pronamespace = s.oid and p.prokind in ('f', 'p', 'w')
join pg_language l on l.oid = p.prolang
left join pg_description d on d.classoid = 'pg_proc'::regclass and d.objoid = p.oid
where not exists (
  select from pg_depend m where m.classid = 'pg_proc'::regclass and m.objid = p.oid and m.deptype in ('e', 'i'))`;
