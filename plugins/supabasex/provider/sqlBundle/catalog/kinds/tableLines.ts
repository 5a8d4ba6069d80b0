import { sha256 } from "./kind";

/**
 * Selects with one column, `line`: what limits the rows of table `c`. The server hashes them, because for the platform's tables only a
 * change counts.
 */

/** Its columns: a wider type or a missing NOT NULL accepts more. The order of columns does not count. */
export const columnLines = `
  select concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
    nullif(a.attcollation, 0)::regcollation) as line
  from pg_attribute a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

/** Defaults and generated values. */
export const defaultLines = `
  select a.attname || ' ' || pg_get_expr(d.adbin, d.adrelid) as line
  from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  where d.adrelid = c.oid`;

/** Returns the SQL of the extensions with which an index is dropped; empty without any, as in hashes from before 2026-11-30. */
const dependents = (index: string) => `coalesce(' depends on ' || (
    select x.extensions from extension_dependent x where x.classid = 'pg_class'::regclass and x.objid = ${index}), '')`;

/** Constraints, and unique indexes without one. */
export const constraintLines = `
  select k.conname || ' ' || pg_get_constraintdef(k.oid)
    || case when k.contype in ('p', 'u', 'x') then ${dependents("k.conindid")} else '' end as line
  from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')
  union all
  select pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid || ${dependents("i.indexrelid")}
  from pg_index i
  where i.indrelid = c.oid and i.indisunique
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid)`;

/** Further indexes with expressions. */
export const expressionLines = `
  select pg_get_indexdef(i.indexrelid) as line
  from pg_index i where i.indrelid = c.oid and (i.indexprs is not null or i.indpred is not null) and not i.indisunique`;

/** Statistics with expressions. */
export const statisticsLines = `
  select pg_get_statisticsobjdef(s.oid) as line
  from pg_statistic_ext s where s.stxrelid = c.oid and s.stxexprs is not null`;

/** Returns the SQL of the hash of lines; null without lines. */
export const hashOfLines = (lines: string) =>
  `(select ${sha256(`string_agg(line, e'\\n' order by line collate "C")`)} from (${lines}) lines)`;
