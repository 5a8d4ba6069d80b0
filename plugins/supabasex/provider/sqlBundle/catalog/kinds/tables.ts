import type { KindQuery } from "./kind";

/** Tables of all sorts. A partition also says what it is a partition of, and is compared with that afterwards. */
export const tables: KindQuery = `
select
  case r.kind when 'f' then 'foreign table ' else 'table ' end || r.name,
  'pg_class'::regclass::oid, r.oid, 0, 'r'::"char", r.owner, r.acl,
  json_build_object(
    'owner', pg_get_userbyid(r.owner),
    'rowSecurity', case when r.kind <> 'f' then r.row_security end,
    'rowSecurityForced', case when r.kind <> 'f' then r.row_security_forced end,
    'partitionKey', case when r.kind = 'p' then pg_get_partkeydef(r.oid) end,
    'partitionOf', r.parent::regclass::text,
    'inherits', case when not r.partition then (
      select json_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i where i.inhrelid = r.oid) end,
    'persistence', case r.persistence when 'u' then 'unlogged' end,
    'replicaIdentity', case r.replica_identity
      when 'f' then 'full'
      when 'n' then 'nothing'
      when 'i' then (
        select 'index ' || i.indexrelid::regclass::text from pg_index i where i.indrelid = r.oid and i.indisreplident)
    end,
    'options', case when r.options is not null then (
      select json_object_agg(option_name, option_value) from pg_options_to_table(r.options)) end,
    'ofType', case when r.of_type <> 0 then format_type(r.of_type, null) end,
    'server', case when r.kind = 'f' then (
      select quote_ident(s.srvname) from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
      where f.ftrelid = r.oid) end,
    'comment', d.description)
from relation r
left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid and d.objsubid = 0
where r.kind in ('r', 'p', 'f')`;
