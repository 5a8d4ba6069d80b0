import { flag, type Kind, number, text } from "./kind";

/** Sequences with their parameters that differ from the default. The position of a sequence is data. */
export const sequences: Kind = {
  identity: `'sequence ' || r.name`,
  address: { catalog: `'pg_class'::regclass`, object: `r.oid` },
  privileges: { type: `'s'`, owner: `r.owner`, acl: `r.acl` },
  properties: {
    owner: text(`pg_get_userbyid(r.owner)`),
    type: text(`case when q.seqtypid <> 'bigint'::regtype then format_type(q.seqtypid, null) end`),
    increment: number(`nullif(q.seqincrement, 1)`),
    minimum: number(`case when q.seqincrement < 0 or q.seqmin <> 1 then q.seqmin end`),
    maximum: number(`case when q.seqincrement < 0 or q.seqmax <> case q.seqtypid
        when 'bigint'::regtype then 9223372036854775807 when 'integer'::regtype then 2147483647 else 32767 end
      then q.seqmax end`),
    start: number(`case when q.seqincrement < 0 or q.seqstart <> q.seqmin then q.seqstart end`),
    cache: number(`nullif(q.seqcache, 1)`),
    cycle: flag(`q.seqcycle`),
    // A crash resets it. That of an unlogged table is unlogged with it.
    unlogged: flag(`r.persistence = 'u' and not exists (
      select from pg_depend o join pg_class t on t.oid = o.refobjid
      where o.classid = 'pg_class'::regclass and o.objid = r.oid and o.refclassid = 'pg_class'::regclass
        and o.deptype in ('a', 'i') and t.relpersistence = 'u')`),
    ownedBy: text(`(
      select o.refobjid::regclass::text || ' ' || quote_ident(a.attname)
      from pg_depend o
      join pg_attribute a on a.attrelid = o.refobjid and a.attnum = o.refobjsubid
      where o.classid = 'pg_class'::regclass and o.objid = r.oid
        and o.refclassid = 'pg_class'::regclass and o.deptype in ('a', 'i'))`),
  },
  from: `relation r
join pg_sequence q on q.seqrelid = r.oid
where r.kind = 'S'`,
};
