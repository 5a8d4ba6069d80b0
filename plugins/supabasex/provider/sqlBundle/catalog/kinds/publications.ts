import { platformRoles } from "../managedObjects";
import type { KindQuery } from "./kind";

const ofPublications: KindQuery = `
select
  'publication ' || quote_ident(p.pubname), 'pg_publication'::regclass::oid, p.oid, 0, null, null, null,
  json_build_object(
    'owner', pg_get_userbyid(p.pubowner),
    'allTables', nullif(p.puballtables, false),
    'publish', to_json(array_remove(array[
      case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
      case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null)),
    'viaPartitionRoot', nullif(p.pubviaroot, false),
    'comment', d.description)
from pg_publication p
left join pg_description d on d.classoid = 'pg_publication'::regclass and d.objoid = p.oid
where pg_get_userbyid(p.pubowner) !~ '${platformRoles}'
  and not exists (select from extension_member e where e.classid = 'pg_publication'::regclass and e.objid = p.oid)`;

/** Each table of ours in a publication, with its columns and rows where not all of them are published. */
const tableMembers: KindQuery = `
select
  'publication table ' || quote_ident(p.pubname) || ' ' || r.name,
  'pg_publication_rel'::regclass::oid, m.oid, 0, null, null, null,
  json_build_object(
    'columns', (
      select json_agg(quote_ident(a.attname) order by quote_ident(a.attname) collate "C")
      from pg_attribute a where a.attrelid = r.oid and a.attnum = any (m.prattrs)),
    'where', pg_get_expr(m.prqual, m.prrelid))
from pg_publication_rel m
join pg_publication p on p.oid = m.prpubid
join relation r on r.oid = m.prrelid`;

const schemaMembers: KindQuery = `
select
  'publication schema ' || quote_ident(p.pubname) || ' ' || s.name,
  'pg_publication_namespace'::regclass::oid, m.oid, 0, null, null, null,
  '{}'::json
from pg_publication_namespace m
join pg_publication p on p.oid = m.pnpubid
join managed_schema s on s.oid = m.pnnspid`;

export const publications: readonly KindQuery[] = [ofPublications, tableMembers, schemaMembers];
