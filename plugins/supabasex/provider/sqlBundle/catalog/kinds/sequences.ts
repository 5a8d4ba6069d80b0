import type { KindQuery } from "./kind";

/** Sequences: their parameters where they are not the default ones. Where a sequence stands is data. */
export const sequences: KindQuery = `
select
  'sequence ' || r.name, 'pg_class'::regclass::oid, r.oid, 0, 's', r.owner, r.acl,
  json_build_object(
    'owner', pg_get_userbyid(r.owner),
    'type', case when q.seqtypid <> 'bigint'::regtype then format_type(q.seqtypid, null) end,
    'increment', nullif(q.seqincrement, 1),
    'minimum', case when q.seqincrement < 0 or q.seqmin <> 1 then q.seqmin end,
    'maximum', case when q.seqincrement < 0 or q.seqmax <> case q.seqtypid
        when 'bigint'::regtype then 9223372036854775807 when 'integer'::regtype then 2147483647 else 32767 end
      then q.seqmax end,
    'start', case when q.seqincrement < 0 or q.seqstart <> q.seqmin then q.seqstart end,
    'cache', nullif(q.seqcache, 1),
    'cycle', nullif(q.seqcycle, false),
    'ownedBy', (
      select o.refobjid::regclass::text || ' ' || quote_ident(a.attname)
      from pg_depend o
      join pg_attribute a on a.attrelid = o.refobjid and a.attnum = o.refobjsubid
      where o.classid = 'pg_class'::regclass and o.objid = r.oid
        and o.refclassid = 'pg_class'::regclass and o.deptype in ('a', 'i')),
    'comment', d.description)
from relation r
join pg_sequence q on q.seqrelid = r.oid
left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid and d.objsubid = 0
where r.kind = 'S'`;
