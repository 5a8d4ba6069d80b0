import pg from "pg";
import { extensionSchemasLeftOut } from "./inventory";
import { platformRoles, platformSchemas } from "./platform";

const { escapeLiteral } = pg;

/** Returns names for `= any (…)`. */
const list = (names: Iterable<string>): string =>
  `array[${[...names].map((name) => escapeLiteral(name)).join(", ")}]::text[]`;

export const platformSchemaList = list(platformSchemas);

/** Roles whose objects in a schema of the platform are the platform's. */
export const platformOwners = list(Object.keys(platformRoles).filter((role) => role !== "postgres"));

/** Returns the name of the extension of which an object is a member. */
export const extensionOf = (catalog: string, oid: string): string =>
  `(select e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
    where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass limit 1)`;

/** Returns the options of a sequence, for `pg_sequence s`. */
const sequenceOptions = `format('start with %s increment by %s minvalue %s maxvalue %s cache %s%s',
  s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, case when s.seqcycle then ' cycle' end)`;

/**
 * Common table expressions, for queries that also define `own_schemas`.
 *
 * - `kept_table`: tables and views that an extension or the platform creates.
 * - `kept_object`: members of extensions, by catalog and oid.
 * - `attached_sequence`: sequences of columns that a user added to a table of an extension. \`pg_dump\` may save them,
 *   but not the columns.
 */
export const keptObjects = `
  kept_table as (
    select * from (
      select c.oid, n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner) as owner, ${extensionOf("pg_class", "c.oid")} as extension
      from pg_class c join own_schemas n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and not c.relispartition) t
    where extension is not null or nspname = any (${platformSchemaList}) and owner = any (${platformOwners})),
  kept_object as (
    select d.classid, d.objid, e.extname as extension from pg_depend d join pg_extension e on e.oid = d.refobjid
    where d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass and e.extname <> 'plpgsql'),
  attached_sequence as (
    select c.oid, t.owner, t.extension, d.deptype = 'i' as is_identity, a.attrelid, a.attnum,
      format('%I.%I.%I', t.nspname, t.relname, a.attname) as column, format('%I.%I', n.nspname, c.relname) as name,
      format('create %ssequence if not exists %I.%I as %s %s', case c.relpersistence when 'u' then 'unlogged ' end, n.nspname, c.relname,
        format_type(s.seqtypid, null), ${sequenceOptions}) as creation,
      ${sequenceOptions} as options
    from kept_table t join pg_attribute a on a.attrelid = t.oid
      join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum
        and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      join pg_class c on c.oid = d.objid join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid
    where t.extension is not null and ${extensionOf("pg_class", "c.oid")} is null)`;

/** Returns a query for one kind of part of `kept_table t`. */
const part = (kind: string, name: string, definition: string, { from }: { readonly from: string }): string =>
  `select '${kind}', ${name}, json_build_object('owner', t.owner, 'extension', t.extension, 'definition', ${definition}) from kept_table t ${from}`;

const onTable = (name: string): string => `format('%I on %I.%I', ${name}, t.nspname, t.relname)`;

/** Returns the comments on objects, with what `comment on` calls them. */
const comments = (from: string, extension: string): string =>
  `select 'comment', i.type || ' ' || i.identity, json_build_object('extension', ${extension}, 'definition', c.description)
   from pg_description c ${from} cross join lateral pg_identify_object(c.classoid, c.objoid, c.objsubid) i`;

/**
 * Queries for `kind`, `name` and `facts` of what can be added to an object that an extension or the platform creates:
 * columns, indexes, constraints, rules, comments, members of publications. `pg_dump` omits what is added to a member of
 * an extension, and a restore into a project omits what is added to the platform's tables. `definition` is SQL.
 */
export const attachedParts: readonly string[] = [
  part(
    "table column",
    "format('%I.%I.%I', t.nspname, t.relname, a.attname)",
    `concat_ws(' ', format_type(a.atttypid, a.atttypmod),
       case when a.attcollation <> y.typcollation then 'collate ' || a.attcollation::regcollation end,
       case when a.attgenerated = 's' then format('generated always as (%s) stored', pg_get_expr(f.adbin, f.adrelid))
         when f.adbin is not null then 'default ' || pg_get_expr(f.adbin, f.adrelid) end,
       case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end
         || coalesce(' (sequence name ' || q.name || ' ' || q.options || ')', ''),
       case when a.attnotnull then 'not null' end)`,
    {
      from: `join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped join pg_type y on y.oid = a.atttypid
       left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
       left join attached_sequence q on q.is_identity and q.attrelid = a.attrelid and q.attnum = a.attnum where t.relkind in ('r', 'p')`,
    },
  ),
  part("index", "format('%I.%I', t.nspname, c.relname)", "pg_get_indexdef(c.oid)", {
    from: `join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
     where not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))`,
  }),
  part("constraint", onTable("k.conname"), "pg_get_constraintdef(k.oid)", {
    from: "join pg_constraint k on k.conrelid = t.oid where k.contype in ('c', 'f', 'p', 'u', 'x')",
  }),
  part("rule", onTable("r.rulename"), "pg_get_ruledef(r.oid)", {
    from: "join pg_rewrite r on r.ev_class = t.oid where r.rulename <> '_RETURN'",
  }),
  `select 'publication member', format('%I.%I in %I', t.nspname, t.relname, p.pubname),
     json_build_object('owner', t.owner, 'extension', t.extension, 'definition', concat(
       (select '(' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')' from pg_attribute a where a.attrelid = t.oid and a.attnum = any (m.prattrs::int2[])),
       ' where (' || pg_get_expr(m.prqual, m.prrelid) || ')'))
   from kept_table t join pg_publication_rel m on m.prrelid = t.oid join pg_publication p on p.oid = m.prpubid`,
  comments("join kept_object o on o.classid = c.classoid and o.objid = c.objoid", "o.extension"),
  // Of the parts of such a table, and of the platform's tables themselves.
  comments(
    `join lateral (
       select 'pg_class'::regclass::oid, oid, owner, extension from kept_table where extension is null
       union all select 'pg_class'::regclass, i.indexrelid, t.owner, t.extension from kept_table t join pg_index i on i.indrelid = t.oid
       union all select 'pg_constraint'::regclass, k.oid, t.owner, t.extension from kept_table t join pg_constraint k on k.conrelid = t.oid
       union all select 'pg_trigger'::regclass, g.oid, t.owner, t.extension from kept_table t join pg_trigger g on g.tgrelid = t.oid
       union all select 'pg_policy'::regclass, p.oid, t.owner, t.extension from kept_table t join pg_policy p on p.polrelid = t.oid
       union all select 'pg_rewrite'::regclass, r.oid, t.owner, t.extension from kept_table t join pg_rewrite r on r.ev_class = t.oid
       union all select 'pg_class'::regclass, oid, owner, extension from attached_sequence
     ) o (classid, objid, owner, extension) on o.classid = c.classoid and o.objid = c.objoid`,
    "o.extension, 'owner', o.owner",
  ),
  `select 'security label', format('%s %s for %I', l.objtype, l.objname, l.provider),
     json_build_object('extension', o.extension, 'definition', l.label)
   from pg_seclabels l join kept_object o on o.classid = l.classoid and o.objid = l.objoid`,
  // Rows that an extension inserted itself, which are in no backup, changed or not.
  `select 'rows of extension', format('%I.%I', t.nspname, t.relname), json_build_object('extension', e.extname, 'content', (xpath('/row/line/text()', query_to_xml(format(
       'select count(*) || '' rows, '' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as line from only %1$I.%2$I t
        where ctid not in (select ctid from only %1$I.%2$I %3$s)', t.nspname, t.relname, config.condition), false, true, '')))[1]::text)
   from pg_extension e cross join unnest(e.extconfig, e.extcondition) as config(oid, condition) join kept_table t on t.oid = config.oid
   where t.relkind = 'r' and config.condition <> '' and e.extname <> all (${list(extensionSchemasLeftOut)}) and pg_table_size(t.oid) < 64 * 1024 * 1024
     and has_schema_privilege(t.nspname, 'usage') and has_table_privilege(t.oid, 'select') and not row_security_active(t.oid)`,
];
