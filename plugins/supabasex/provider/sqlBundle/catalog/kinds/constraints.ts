import { dependsOn } from "./dependsOn";
import { boolean, type Kind, text } from "./kind";

const definition = `case when c.convalidated then pg_get_constraintdef(c.oid)
      else regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '') end`;

/**
 * Constraints of tables, without those that a partition inherits from its parent. A NOT NULL constraint, which
 * PostgreSQL 18 also lists here, is a property of its column.
 */
const ofTables: Kind = {
  identity: `'constraint ' || r.name || ' ' || quote_ident(c.conname)`,
  address: { catalog: `'pg_constraint'::regclass`, object: `c.oid` },
  properties: {
    definition: text(definition),
    validated: boolean(`nullif(c.convalidated, true)`),
    // Those of a partition's copy can be disabled separately.
    enforcingTriggers: text(`case when c.oid in (
      with recursive disabled as (
        select t.tgconstraint as oid from pg_trigger t where t.tgconstraint <> 0 and t.tgenabled in ('D', 'R')
        union
        select k.conparentid from disabled d join pg_constraint k on k.oid = d.oid where k.conparentid <> 0
      )
      select d.oid from disabled d) then 'disabled' end`),
    // Its index can depend on one. A foreign key has no index of its own.
    ...dependsOn("pg_class", "case when c.contype in ('p', 'u', 'x') then c.conindid end"),
  },
  from: `relation r
join pg_constraint c on c.conrelid = r.oid
where c.contype in ('p', 'u', 'f', 'c', 'x') and c.conparentid = 0
  and not (r.partition and c.coninhcount > 0 and not c.conislocal)`,
};

const ofDomains: Kind = {
  identity: `'constraint ' || s.name || '.' || quote_ident(t.typname) || ' ' || quote_ident(c.conname)`,
  address: { catalog: `'pg_constraint'::regclass`, object: `c.oid` },
  properties: {
    definition: text(definition),
    validated: boolean(`nullif(c.convalidated, true)`),
  },
  from: `pg_constraint c
join pg_type t on t.oid = c.contypid
join managed_schema s on s.oid = t.typnamespace
where c.contype = 'c'
  and t.oid not in (select objid from extension_member where classid = 'pg_type'::regclass)`,
};

export const constraints: readonly Kind[] = [ofTables, ofDomains];
