import { flag, json, type Kind, text } from "./kind";

/**
 * Enums, domains, ranges and composite types, without the row types of tables and types that belong to another type.
 */
export const types: Kind = {
  identity: `'type ' || s.name || '.' || quote_ident(t.typname)`,
  address: { catalog: `'pg_type'::regclass`, object: `t.oid` },
  privileges: { type: `'T'`, owner: `t.typowner`, acl: `t.typacl` },
  properties: {
    owner: text(`pg_get_userbyid(t.typowner)`),
    kind: text(
      `case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' else 'composite' end`,
    ),
    labels: json(`case when t.typtype = 'e' then (
      select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) end`),
    type: text(`case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end`),
    notNull: flag(`t.typtype = 'd' and t.typnotnull`),
    default: text(`case when t.typtype = 'd' then t.typdefault end`),
    collation: text(`case when t.typtype = 'd' and t.typcollation <> base.typcollation
      then t.typcollation::regcollation::text end`),
    attributes: json(`case when t.typtype = 'c' then (
      select json_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attcollation <> at.typcollation then ' collate ' || a.attcollation::regcollation::text else '' end
        order by a.attnum)
      from pg_attribute a join pg_type at on at.oid = a.atttypid
      where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end`),
    subtype: text(`case when t.typtype = 'r' then format_type(rng.rngsubtype, null) end`),
    canonical: text(`case when rng.rngcanonical <> 0 then rng.rngcanonical::regproc::text end`),
    subtypeDifference: text(`case when rng.rngsubdiff <> 0 then rng.rngsubdiff::regproc::text end`),
  },
  from: `managed_schema s
join pg_type t on t.typnamespace = s.oid
left join pg_type base on base.oid = t.typbasetype
left join pg_range rng on rng.rngtypid = t.oid
left join pg_class c on c.oid = t.typrelid
where (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
  and t.oid not in (select objid from extension_member where classid = 'pg_type'::regclass)`,
};
