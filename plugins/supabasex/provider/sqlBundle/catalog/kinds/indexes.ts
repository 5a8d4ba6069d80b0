import type { KindQuery } from "./kind";

/** Indexes, without those behind a constraint (the constraint says it all) and those a parent's index made. */
export const indexes: KindQuery = `
select
  'index ' || r.schema || '.' || quote_ident(c.relname),
  'pg_class'::regclass::oid, c.oid, 0, null, null, null,
  json_build_object(
    'table', r.name,
    'definition', pg_get_indexdef(i.indexrelid),
    'valid', nullif(i.indisvalid, true),
    'comment', d.description)
from relation r
join pg_index i on i.indrelid = r.oid
join pg_class c on c.oid = i.indexrelid and not c.relispartition
left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
where not exists (
  select from pg_constraint k
  where k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x'))`;
