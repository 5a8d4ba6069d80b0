import { flag, json, type Kind, list, text } from "./kind";

const ofPublications: Kind = {
  identity: `'publication ' || quote_ident(p.pubname)`,
  address: { catalog: `'pg_publication'::regclass`, object: `p.oid` },
  properties: {
    owner: text(`pg_get_userbyid(p.pubowner)`),
    allTables: flag(`p.puballtables`),
    publish: list(`array_remove(array[
      case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
      case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null)`),
    viaPartitionRoot: flag(`p.pubviaroot`),
  },
  from: `pg_publication p
where p.oid not in (select objid from extension_member where classid = 'pg_publication'::regclass)`,
};

/** Each table in a publication, with its columns and rows if not all of them are published. */
const tableMembers: Kind = {
  identity: `'publication table ' || quote_ident(p.pubname) || ' ' || r.name`,
  address: { catalog: `'pg_publication_rel'::regclass`, object: `m.oid` },
  properties: {
    columns: json(`(
      select json_agg(quote_ident(a.attname) order by quote_ident(a.attname) collate "C")
      from pg_attribute a where a.attrelid = m.prrelid and a.attnum = any (m.prattrs))`),
    where: text(`pg_get_expr(m.prqual, m.prrelid)`),
  },
  from: `pg_publication_rel m
join pg_publication p on p.oid = m.prpubid
join (select oid, name from relation union all select oid, name from policed_relation where platform) r
  on r.oid = m.prrelid`,
};

const schemaMembers: Kind = {
  identity: `'publication schema ' || quote_ident(p.pubname) || ' ' || s.name`,
  address: { catalog: `'pg_publication_namespace'::regclass`, object: `m.oid` },
  properties: {},
  from: `pg_publication_namespace m
join pg_publication p on p.oid = m.pnpubid
join (select oid, name from managed_schema union all select oid, name from watched_platform_schema) s
  on s.oid = m.pnnspid`,
};

export const publications: readonly Kind[] = [ofPublications, tableMembers, schemaMembers];
