import type { KindQuery } from "./kind";

/**
 * Constraints of tables, without those that a partition has from its parent. A NOT NULL constraint, which
 * PostgreSQL 18 lists here too, is a property of its column.
 */
const ofTables: KindQuery = `
select
  'constraint ' || r.name || ' ' || quote_ident(c.conname),
  'pg_constraint'::regclass::oid, c.oid, 0, null::"char", null::oid, null::aclitem[],
  json_build_object(
    'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
    'validated', nullif(c.convalidated, true),
    'enforcingTriggers', case when exists (
      select from pg_trigger t where t.tgconstraint = c.oid and t.tgenabled = 'D') then 'disabled' end,
    'comment', d.description)
from relation r
join pg_constraint c on c.conrelid = r.oid
left join pg_description d on d.classoid = 'pg_constraint'::regclass and d.objoid = c.oid
where c.contype in ('p', 'u', 'f', 'c', 'x') and c.conparentid = 0
  and not (r.partition and c.coninhcount > 0 and not c.conislocal)`;

const ofDomains: KindQuery = `
select
  'constraint ' || s.name || '.' || quote_ident(t.typname) || ' ' || quote_ident(c.conname),
  'pg_constraint'::regclass::oid, c.oid, 0, null, null, null,
  json_build_object(
    'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
    'validated', nullif(c.convalidated, true),
    'comment', d.description)
from pg_constraint c
join pg_type t on t.oid = c.contypid
join managed_schema s on s.oid = t.typnamespace
left join pg_description d on d.classoid = 'pg_constraint'::regclass and d.objoid = c.oid
where c.contype = 'c'
  and not exists (select from extension_member e where e.classid = 'pg_type'::regclass and e.objid = t.oid)`;

export const constraints: readonly KindQuery[] = [ofTables, ofDomains];
