import type { KindQuery } from "./kind";

/** Extended statistics: what is collected, not what was found. */
export const statistics: KindQuery = `
select
  'statistics ' || s.name || '.' || quote_ident(x.stxname),
  'pg_statistic_ext'::regclass::oid, x.oid, 0, null, null, null,
  json_build_object(
    'owner', pg_get_userbyid(x.stxowner),
    'definition', pg_get_statisticsobjdef(x.oid),
    'comment', d.description)
from managed_schema s
join pg_statistic_ext x on x.stxnamespace = s.oid
left join pg_description d on d.classoid = 'pg_statistic_ext'::regclass and d.objoid = x.oid
where not exists (
  select from extension_member e where e.classid = 'pg_statistic_ext'::regclass and e.objid = x.oid)`;
