import { extensionOf } from "./attachedParts";
import { grantLine } from "./grantLine";

/** Returns grants to others than the owner, each as text. */
const grantsToOthers = (acl: string): string =>
  `from aclexplode(${acl}) g, ${grantLine} where g.grantee <> g.grantor`;

/**
 * Returns a query for objects of PostgreSQL itself on which others have privileges than in a new database. Those of the
 * owner, who is a superuser, mean nothing, and name a role that can differ between servers.
 *
 * @param from the catalog, with its schema as `pg_namespace n` and what PostgreSQL itself granted as `pg_init_privs i`
 */
const changedSystemGrants = (
  kind: string,
  name: string,
  {
    acl,
    type,
    owner,
    from,
  }: { readonly acl: string; readonly type: string; readonly owner: string; readonly from: string },
): string => `
  select 'system ${kind}', ${name},
    json_build_object('grants', (select coalesce(string_agg(line, E'\\n' order by line), '') ${grantsToOthers(acl)}))
  from ${from} where n.nspname in ('pg_catalog', 'information_schema', 'pg_toast') and ${acl} is not null
    and (select array_agg(line order by line) ${grantsToOthers(acl)})
      is distinct from (select array_agg(line order by line) ${grantsToOthers(`coalesce(i.initprivs, acldefault('${type}', ${owner}))`)})`;

const initial = (catalog: string, oid: string, column = "0"): string =>
  `left join pg_init_privs i on i.classoid = '${catalog}'::regclass and i.objoid = ${oid} and i.objsubid = ${column}`;

/** Returns the dictionaries of each token of a configuration `o`, one token per line, also those without any. */
const mappings = `(
  select string_agg(concat(quote_ident(k.alias), ':', (
    select string_agg(format(' %I.%I', dn.nspname, d.dictname), ',' order by m.mapseqno)
    from pg_ts_config_map m join pg_ts_dict d on d.oid = m.mapdict join pg_namespace dn on dn.oid = d.dictnamespace
    where m.mapcfg = o.oid and m.maptokentype = k.tokid)), E'\\n' order by k.alias)
  from ts_token_type(o.cfgparser) k)`;

/** Returns a query for dictionaries or configurations, with a definition for those that this database did not create. */
const textSearch = (kind: string, prefix: "cfg" | "dict", definition: string): string => {
  const catalog = prefix === "cfg" ? "pg_ts_config" : "pg_ts_dict";
  return `
  select case when n.nspname = 'pg_catalog' then 'system ' else '' end || '${kind}', format('%I.%I', n.nspname, o.${prefix}name),
    json_build_object('owner', case when n.nspname <> 'pg_catalog' then pg_get_userbyid(o.${prefix}owner) end, 'extension', e.extension,
      'definition', case when n.nspname = 'pg_catalog' or e.extension is not null then ${definition} end)
  from ${catalog} o join pg_namespace n on n.oid = o.${prefix}namespace cross join lateral (select ${extensionOf(catalog, "o.oid")}) e(extension)
  where n.nspname = 'pg_catalog' or n.oid in (select oid from own_schemas)`;
};

/**
 * Queries for `kind`, `name` and `facts` of text search objects. Those that every database or every copy of an extension
 * has may have been changed, as in `alter text search dictionary unaccent (rules = 'ours')`.
 */
export const textSearchParts: readonly string[] = [
  textSearch("text search dictionary", "dict", "coalesce(o.dictinitoption, '')"),
  textSearch("text search configuration", "cfg", mappings),
];

/**
 * The newest transaction of `initdb`, in the order of their numbers: it creates the information schema, whose domains are never
 * changed, after the comments on PostgreSQL's own objects. The numbers of a server's first transactions are the lowest ones,
 * and every copy of a database keeps them.
 */
const lastInitial = "(select max(xmin::text::bigint) from pg_constraint where oid < 16384 and contypid <> 0)";

/**
 * Queries for what a user changed on objects of PostgreSQL itself: privileges and comments. A backup of `pg_dump` has
 * some privileges and no comments.
 */
export const systemParts: readonly string[] = [
  changedSystemGrants("schema", "quote_ident(n.nspname)", {
    acl: "n.nspacl",
    type: "n",
    owner: "n.nspowner",
    from: `pg_namespace n ${initial("pg_namespace", "n.oid")}`,
  }),
  changedSystemGrants("table", "format('%I.%I', n.nspname, c.relname)", {
    acl: "c.relacl",
    type: "r",
    owner: "c.relowner",
    from: `pg_class c join pg_namespace n on n.oid = c.relnamespace ${initial("pg_class", "c.oid")}`,
  }),
  changedSystemGrants("column", "format('%I.%I.%I', n.nspname, c.relname, a.attname)", {
    acl: "a.attacl",
    type: "c",
    owner: "c.relowner",
    from: `pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      ${initial("pg_class", "c.oid", "a.attnum")}`,
  }),
  changedSystemGrants(
    "routine",
    "format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))",
    {
      acl: "p.proacl",
      type: "f",
      owner: "p.proowner",
      from: `pg_proc p join pg_namespace n on n.oid = p.pronamespace ${initial("pg_proc", "p.oid")}`,
    },
  ),
  changedSystemGrants("type", "format('%I.%I', n.nspname, t.typname)", {
    acl: "t.typacl",
    type: "T",
    owner: "t.typowner",
    from: `pg_type t join pg_namespace n on n.oid = t.typnamespace ${initial("pg_type", "t.oid")}`,
  }),
  changedSystemGrants("language", "quote_ident(l.lanname)", {
    acl: "l.lanacl",
    type: "l",
    owner: "l.lanowner",
    from: `pg_language l join pg_namespace n on n.nspname = 'pg_catalog' and not l.lanispl ${initial("pg_language", "l.oid")}`,
  }),
  `select 'system comment', i.type || ' ' || i.identity, json_build_object('definition', c.description)
   from pg_description c cross join lateral pg_identify_object(c.classoid, c.objoid, c.objsubid) i
   where c.objoid < 16384 and c.xmin::text::bigint > ${lastInitial} and c.classoid not in ('pg_extension'::regclass, 'pg_largeobject'::regclass)
     and not (c.classoid = 'pg_namespace'::regclass and c.objoid = (select oid from pg_namespace where nspname = 'public'))
     and not exists (select from pg_depend e where e.classid = c.classoid and e.objid = c.objoid and e.deptype = 'e')`,
];
