import { firstUserOid, platformSchemas } from "../managedObjects";
import { boolean, type Kind, text } from "./kind";

/**
 * System catalogs whose objects are listed by name, so added and removed ones are detected, but mostly without their
 * content.
 */
const catalogs = [
  "pg_am",
  "pg_cast",
  "pg_collation",
  "pg_conversion",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_language",
  "pg_opclass",
  "pg_operator",
  "pg_opfamily",
  "pg_transform",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_user_mapping",
];

const everyObject = [
  ...catalogs.map(
    (name) => `select '${name}'::regclass::oid as class, oid from ${name} where oid >= ${firstUserOid}`,
  ),
  `select 'pg_proc'::regclass::oid, oid from pg_proc where prokind = 'a' and oid >= ${firstUserOid}`,
  `select 'pg_type'::regclass::oid, t.oid from pg_type t
   where t.typtype = 'b' and t.oid >= ${firstUserOid}
     and not exists (select from pg_type element where element.typarray = t.oid)`,
].join("\n  union all\n  ");

/** The only property of an object whose content is not read. */
export const existenceOnlyMark = "contentNotRead";

export const existenceOnly: Kind = {
  identity: `i.type || ' ' || i.identity`,
  address: { catalog: `o.class`, object: `o.oid` },
  withoutComment: true,
  properties: {
    [existenceOnlyMark]: boolean(`true`),
    // Of another server: its address, and the user name there. It may contain a password.
    options: text(`case when access.options is not null then
      encode(sha256(convert_to(access.options::text, 'UTF8')), 'hex') end`),
  },
  from: `(
  ${everyObject}
) o
cross join lateral pg_identify_object(o.class, o.oid, 0) i
left join (
  select 'pg_foreign_server'::regclass::oid as class, oid, srvoptions as options from pg_foreign_server
  union all
  select 'pg_foreign_data_wrapper'::regclass, oid, fdwoptions from pg_foreign_data_wrapper
  union all
  select 'pg_user_mapping'::regclass, umid, umoptions from pg_user_mappings
) access on access.class = o.class and access.oid = o.oid
where coalesce(i.schema, '') !~ '${platformSchemas}'
  and not exists (
    select from pg_depend m where m.classid = o.class and m.objid = o.oid and m.deptype in ('e', 'i'))`,
};
