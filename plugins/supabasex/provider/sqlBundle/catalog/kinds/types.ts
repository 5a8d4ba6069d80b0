import type { KindQuery } from "./kind";

/** Enums, domains, ranges and composite types; not the row type of a table, nor what comes with another type. */
export const types: KindQuery = `
select
  'type ' || s.name || '.' || quote_ident(t.typname),
  'pg_type'::regclass::oid, t.oid, 0, 'T', t.typowner, t.typacl,
  json_build_object(
    'owner', pg_get_userbyid(t.typowner),
    'kind', case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' else 'composite' end,
    'labels', case when t.typtype = 'e' then (
      select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) end,
    'type', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
    'notNull', case when t.typtype = 'd' then nullif(t.typnotnull, false) end,
    'default', case when t.typtype = 'd' then t.typdefault end,
    'collation', case when t.typtype = 'd' and t.typcollation <> base.typcollation
      then t.typcollation::regcollation::text end,
    'attributes', case when t.typtype = 'c' then (
      select json_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attcollation <> at.typcollation then ' collate ' || a.attcollation::regcollation::text else '' end
        order by a.attnum)
      from pg_attribute a join pg_type at on at.oid = a.atttypid
      where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end,
    'subtype', case when t.typtype = 'r' then format_type(rng.rngsubtype, null) end,
    'canonical', case when rng.rngcanonical <> 0 then rng.rngcanonical::regproc::text end,
    'subtypeDifference', case when rng.rngsubdiff <> 0 then rng.rngsubdiff::regproc::text end,
    'comment', d.description)
from managed_schema s
join pg_type t on t.typnamespace = s.oid
left join pg_type base on base.oid = t.typbasetype
left join pg_range rng on rng.rngtypid = t.oid
left join pg_class c on c.oid = t.typrelid
left join pg_description d on d.classoid = 'pg_type'::regclass and d.objoid = t.oid
where (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
  and not exists (select from extension_member e where e.classid = 'pg_type'::regclass and e.objid = t.oid)`;
