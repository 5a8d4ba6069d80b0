import { flag, json, type Kind, number, options, type Property, text } from "./kind";

/** The properties of column `a` of type `t` whose default is `def` and whose comment is `d`. */
const properties: Readonly<Record<string, Property>> = {
  type: text(`format_type(a.atttypid, a.atttypmod)`),
  notNull: flag(`a.attnotnull`),
  default: text(`case when a.attgenerated = '' then pg_get_expr(def.adbin, def.adrelid) end`),
  generated: text(`case when a.attgenerated <> '' then pg_get_expr(def.adbin, def.adrelid) end`),
  identity: text(`case a.attidentity when 'a' then 'always' when 'd' then 'by default' end`),
  collation: text(`case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end`),
  storage: text(`case when a.attstorage <> t.typstorage then
    case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end`),
  compression: text(`case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end`),
  // Without a target, a column has -1 before PostgreSQL 17, and null from then on.
  statisticsTarget: number(`nullif(a.attstattarget, -1)`),
  // Only the server's own options: extensions may keep theirs here.
  statisticsOptions: json(`case when a.attoptions::text like '%n\\_distinct%' then (
      select json_object_agg(option_name, option_value) from pg_options_to_table(a.attoptions)
      where option_name like 'n\\_distinct%') end`),
  wrapperOptions: options(`a.attfdwoptions`),
};

// Subqueries that are not flattened: hashing each one once is faster than an index scan for every column.
const joins = `
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join (select oid, typcollation, typstorage from pg_type offset 0) t on t.oid = a.atttypid
left join (select adrelid, adnum, adbin from pg_attrdef offset 0) def
  on def.adrelid = a.attrelid and def.adnum = a.attnum`;

const isCommented = `exists (
      select from pg_description d
      where d.classoid = 'pg_class'::regclass and d.objoid = a.attrelid and d.objsubid = a.attnum)`;

/** Returns the privileges on column `a`, whose relation has this owner. Without its own list, a column has none. */
export const columnPrivileges = (owner: string): NonNullable<Kind["privileges"]> => ({
  type: `case when a.attacl is not null then 'c' end`,
  owner,
  acl: `a.attacl`,
});

/** Columns of tables that are not partitions. */
const ofTables: Kind = {
  identity: `'column ' || r.name || ' ' || quote_ident(a.attname)`,
  address: { catalog: `'pg_class'::regclass`, object: `r.oid`, part: `a.attnum::integer` },
  privileges: columnPrivileges(`r.owner`),
  properties,
  from: `relation r ${joins}
where r.kind in ('r', 'p', 'f') and not r.partition`,
};

/** Columns of partitions, if they differ from the parent's. (Identity is inherited from PostgreSQL 17 on.) */
const ofPartitions: Kind = {
  identity: `'column ' || r.name || ' ' || quote_ident(a.attname)`,
  address: { catalog: `'pg_class'::regclass`, object: `r.oid`, part: `a.attnum::integer` },
  privileges: columnPrivileges(`r.owner`),
  properties,
  from: `relation r ${joins}
join pg_attribute p on p.attrelid = r.parent and p.attname = a.attname and not p.attisdropped
left join pg_attrdef parent_def on parent_def.adrelid = p.attrelid and parent_def.adnum = p.attnum
where r.kind in ('r', 'p', 'f') and r.partition
  and (a.attacl is not null or ${isCommented}
    or (a.attnotnull, a.attstorage, a.attcompression) is distinct from (p.attnotnull, p.attstorage, p.attcompression)
    or pg_get_expr(def.adbin, def.adrelid) is distinct from pg_get_expr(parent_def.adbin, parent_def.adrelid))`,
};

/** A view's columns follow from its definition, but a privilege, a comment or a default is separate. */
const ofViews: Kind = {
  identity: `'column ' || r.name || ' ' || quote_ident(a.attname)`,
  address: { catalog: `'pg_class'::regclass`, object: `r.oid`, part: `a.attnum::integer` },
  privileges: columnPrivileges(`r.owner`),
  properties: {
    default: text(`pg_get_expr(def.adbin, def.adrelid)`),
  },
  from: `relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef def on def.adrelid = a.attrelid and def.adnum = a.attnum
where r.kind in ('v', 'm') and (a.attacl is not null or def.adbin is not null or ${isCommented})`,
};

export const columns: readonly Kind[] = [ofTables, ofPartitions, ofViews];
