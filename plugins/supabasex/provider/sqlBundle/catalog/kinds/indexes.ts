import { dependsOn } from "./dependsOn";
import { boolean, json, type Kind, text } from "./kind";

/** Indexes, without those of a constraint (which describes them) and those that a parent's index created. */
export const indexes: Kind = {
  identity: `'index ' || r.schema || '.' || quote_ident(c.relname)`,
  address: { catalog: `'pg_class'::regclass`, object: `c.oid` },
  properties: {
    table: text(`r.name`),
    definition: text(`pg_get_indexdef(i.indexrelid)`),
    valid: boolean(`nullif(i.indisvalid, true)`),
    ...dependsOn("pg_class", "c.oid"),
    // By the number of the column. Only expressions can have one.
    statisticsTargets: json(`case when i.indexprs is not null then (
      select json_object_agg(a.attnum, a.attstattarget) from pg_attribute a
      where a.attrelid = i.indexrelid and nullif(a.attstattarget, -1) is not null) end`),
  },
  from: `relation r
join pg_index i on i.indrelid = r.oid
join pg_class c on c.oid = i.indexrelid and not c.relispartition
where not exists (
  select from pg_constraint k
  where k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x'))`,
};
