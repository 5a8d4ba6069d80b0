import type { KindQuery } from "./kind";

export const views: KindQuery = `
select
  case r.kind when 'm' then 'materialized view ' else 'view ' end || r.name,
  'pg_class'::regclass::oid, r.oid, 0, 'r', r.owner, r.acl,
  json_build_object(
    'owner', pg_get_userbyid(r.owner),
    'definition', btrim(pg_get_viewdef(r.oid)),
    'options', case when r.options is not null then (
      select json_object_agg(option_name, option_value) from pg_options_to_table(r.options)) end,
    'comment', d.description)
from relation r
left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid and d.objsubid = 0
where r.kind in ('v', 'm')`;
