import { json, type Kind, text } from "./kind";
import { columnLines, constraintLines, defaultLines, expressionLines, hashOfLines } from "./tableLines";

/** The schema of function `p`, which may be the one of its extension `own`. */
const schemaOfFunction = `case when p.pronamespace = own.extnamespace then '@' else p.pronamespace::regnamespace::text end`;

/**
 * The members of an extension that may have an effect, a hash for each. Tables, sequences and types are excluded, because
 * extensions such as queues create them in use. The extension's own schema is written as `@`, so an extension that moves
 * has the same hashes.
 */
const members = `
  select m.refobjid as extension,
    hash_record_extended((
      'function'::text, ${schemaOfFunction},
      p.proname, p.pronargs, p.prosecdef, (select l.lanname from pg_language l where l.oid = p.prolang), p.proconfig, p.probin, p.prosrc,
      p.provolatile, p.proleakproof, p.proisstrict, case when p.proowner <> own.extowner then pg_get_userbyid(p.proowner) end
    ), 0) as hash
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_proc p on p.oid = m.objid
  where m.classid = 'pg_proc'::regclass
  union all
  select m.refobjid, hash_record_extended((
    'view'::text, replace(c.oid::regclass || ' ' || pg_get_viewdef(c.oid), own.extnamespace::regnamespace || '.', '@.'),
    c.reloptions, case when c.relowner <> own.extowner then pg_get_userbyid(c.relowner) end
  ), 0)
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_class c on c.oid = m.objid and c.relkind in ('v', 'm')
  where m.classid = 'pg_class'::regclass
  union all
  select m.refobjid, hash_record_extended(('schema'::text, n.nspname), 0)
  from extension_member m
  join pg_namespace n on n.oid = m.objid
  where m.classid = 'pg_namespace'::regclass
  union all
  select m.refobjid, hash_record_extended((
    'operator'::text, o.oprname, ${schemaOfFunction}, p.proname
  ), 0)
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_operator o on o.oid = m.objid
  join pg_proc p on p.oid = o.oprcode
  where m.classid = 'pg_operator'::regclass
  union all
  select m.refobjid, hash_record_extended(('cast'::text, c.castcontext, c.castmethod, p.proname), 0)
  from extension_member m
  join pg_cast c on c.oid = m.objid
  left join pg_proc p on p.oid = c.castfunc
  where m.classid = 'pg_cast'::regclass
  union all
  select m.refobjid, hash_record_extended((m.classid, count(*)), 0)
  from extension_member m
  where m.classid not in ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_namespace'::regclass, 'pg_type'::regclass)
  group by m.refobjid, m.classid`;

/** Whether relation `c` is in the schema of its extension `own`, to which the extension may add tables in use, as a queue. */
const isInOwnSchema = `(c.relnamespace = own.extnamespace and not own.extrelocatable and own.extnamespace::regnamespace::text <> 'public')`;

/** Whether initial privileges `i` are those of another role than the owner, the server's, and the grantees of default privileges. */
const areOfOthers = `exists (
    select from aclexplode(i.initprivs) a
    where a.grantee not in (c.relowner, own.extowner) and pg_get_userbyid(a.grantee) !~ '^pg_'
      and a.grantee not in (select e.grantee from pg_default_acl f cross join aclexplode(f.defaclacl) e)
  )`;

/**
 * What an extension has besides its content: tables in a schema that it did not create, such as public, where any role with CREATE may make one
 * and add it; those in a schema that is not the extension's, which backups leave out from then on; and the record of initial
 * privileges, which excludes a privilege from those that are reported.
 */
const furtherMembers = `
  select m.refobjid as extension, hash_record_extended((
    'table'::text, c.relname, c.relkind, case when c.relowner <> own.extowner then pg_get_userbyid(c.relowner) end
  ), 0) as hash
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_class c on c.oid = m.objid and c.relkind in ('r', 'p', 'f')
  join managed_schema s on s.oid = c.relnamespace
  where m.classid = 'pg_class'::regclass and not ${isInOwnSchema}
  union all
  select d.refobjid, hash_record_extended(('added'::text, c.oid::regclass::text), 0)
  from pg_depend d
  join pg_class c on c.oid = d.objid
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
    and c.oid not in (select objid from extension_member where classid = 'pg_class'::regclass)
  union all
  select m.refobjid, hash_record_extended(('initial privileges'::text, c.relname, i.objsubid, i.initprivs::text), 0)
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_init_privs i on i.objoid = m.objid and i.classoid = m.classid
  join pg_class c on c.oid = m.objid
  left join managed_schema s on s.oid = c.relnamespace
  where m.classid = 'pg_class'::regclass and (s.oid is not null and not ${isInOwnSchema} or ${areOfOthers})
  union all
  select m.refobjid, hash_record_extended((
    'initial privileges'::text, p.proname, oidvectortypes(p.proargtypes), i.initprivs::text
  ), 0)
  from extension_member m
  join pg_init_privs i on i.objoid = m.objid and i.classoid = m.classid
  join pg_proc p on p.oid = m.objid
  where m.classid = 'pg_proc'::regclass`;

/**
 * Returns the SQL of a map from each of the extension's tables to a hash of what limits its rows, after the versions for which it can be
 * compared. Partitions have the limits of their table.
 */
const limitsOfTables = (version: string) => `(
    select json_object_agg(c.oid::regclass, ${version} || ': ' || concat_ws(' ', ${[
      columnLines,
      defaultLines,
      constraintLines,
      expressionLines,
    ]
      .map(hashOfLines)
      .join(", ")}))
    from extension_member m join pg_class c on c.oid = m.objid and c.relkind in ('r', 'p') and not c.relispartition
    where m.refobjid = x.oid and m.classid = 'pg_class'::regclass)`;

/**
 * Returns the SQL of a map from each of the extension's tables to whether it is logged. A crash empties one that is not, and standbys and
 * physical copies lack its rows.
 */
const loggedTables = `(
    select json_object_agg(c.oid::regclass, c.relpersistence = 'p')
    from extension_member m join pg_class c on c.oid = m.objid and c.relkind = 'r'
    where m.refobjid = x.oid and m.classid = 'pg_class'::regclass)`;

const version = `x.extversion || ' on ' || current_setting('server_version_num')::integer / 10000`;

/**
 * Extensions, their schema, and their content. The platform changes their version. Two contents can only be compared
 * for one version of the extension and of the server, which come before the hash. Until 2026-11-29, it was a hash of sorted lines.
 */
export const extensions: Kind = {
  identity: `'extension ' || quote_ident(x.extname)`,
  address: { catalog: `'pg_extension'::regclass`, object: `x.oid` },
  withoutComment: true,
  properties: {
    schema: text(`quote_ident(n.nspname)`),
    content: text(`${version} || ', with owners: ' || content.hash`),
    members: text(`${version} || ': ' || coalesce(further.hash, 0)`),
    tables: json(limitsOfTables(version)),
    loggedTables: json(loggedTables),
  },
  from: `pg_extension x
join pg_namespace n on n.oid = x.extnamespace
left join (
  select extension, sum(hash) as hash
  from (${members}) each_member
  group by extension
) content on content.extension = x.oid
left join (
  select extension, sum(hash) as hash
  from (${furtherMembers}) each_member
  group by extension
) further on further.extension = x.oid`,
};
