import { foreignTableProperties } from "./foreignTables";
import { boolean, json, type Kind, options, text } from "./kind";
import { storage, storageJoins } from "./storage";

/** All kinds of tables. A partition also names its parent, and is compared with that afterwards. */
export const tables: Kind = {
  identity: `case r.kind when 'f' then 'foreign table ' else 'table ' end || r.name`,
  address: { catalog: `'pg_class'::regclass`, object: `r.oid` },
  privileges: { type: `'r'`, owner: `r.owner`, acl: `r.acl` },
  properties: {
    owner: text(`pg_get_userbyid(r.owner)`),
    rowSecurity: boolean(`case when r.kind <> 'f' then r.row_security end`),
    rowSecurityForced: boolean(`case when r.kind <> 'f' then r.row_security_forced end`),
    partitionKey: text(`case when r.kind = 'p' then pg_get_partkeydef(r.oid) end`),
    partitionOf: text(`r.parent::regclass::text`),
    partitionBounds: json(`case when r.kind = 'p' then (
      select json_agg(pg_get_expr(c.relpartbound, c.oid))
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = r.oid) end`),
    inherits: json(`case when not r.partition then (
      select json_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i where i.inhrelid = r.oid) end`),
    persistence: text(`case r.persistence when 'u' then 'unlogged' end`),
    replicaIdentity: text(`case r.replica_identity
      when 'f' then 'full'
      when 'n' then 'nothing'
      when 'i' then (
        select 'index ' || i.indexrelid::regclass::text from pg_index i where i.indrelid = r.oid and i.indisreplident)
    end`),
    options: options(`r.options`),
    ...storage,
    ofType: text(`case when r.of_type <> 0 then format_type(r.of_type, null) end`),
    ...foreignTableProperties("r.oid", "r.kind"),
  },
  from: `relation r${storageJoins}
where r.kind in ('r', 'p', 'f')`,
};
