import { accounts, maxUsersTableBytes } from "./kinds/accounts";
import { buckets } from "./kinds/buckets";
import { columns } from "./kinds/columns";
import { constraints } from "./kinds/constraints";
import { cronJobs } from "./kinds/cronJobs";
import { defaultPrivileges } from "./kinds/defaultPrivileges";
import { existenceOnly } from "./kinds/existenceOnly";
import { extensions } from "./kinds/extensions";
import { functions } from "./kinds/functions";
import { indexes } from "./kinds/indexes";
import type { Kind, Property } from "./kinds/kind";
import { languages } from "./kinds/languages";
import { platform, platformVersion } from "./kinds/platform";
import { policies } from "./kinds/policies";
import { publications } from "./kinds/publications";
import { roleKinds } from "./kinds/roles";
import { schemas } from "./kinds/schemas";
import { sequences } from "./kinds/sequences";
import { server } from "./kinds/server";
import { builtInViewsOf, serverCode } from "./kinds/serverCode";
import { serverPrivileges, subscriptionsOf } from "./kinds/serverPrivileges";
import { database, settings } from "./kinds/settings";
import { type SignInTable, signInSources, signInTables, unreadSignInTable } from "./kinds/signInSources";
import { statistics } from "./kinds/statistics";
import { tables } from "./kinds/tables";
import { eventTriggers, rules, triggers } from "./kinds/triggers";
import { types } from "./kinds/types";
import { views } from "./kinds/views";
import { firstUserOid, managedObjects } from "./managedObjects";

const alwaysThere: readonly Kind[] = [
  schemas,
  server,
  tables,
  ...columns,
  ...constraints,
  indexes,
  policies,
  triggers,
  rules,
  eventTriggers,
  functions,
  views,
  sequences,
  types,
  defaultPrivileges,
  ...publications,
  settings,
  database,
  extensions,
  statistics,
  existenceOnly,
  languages,
  ...platform,
  ...serverPrivileges,
  ...serverCode,
];

/** What a read of this database may access. */
export interface Readable {
  readonly serverMajor: number;
  readonly cronJobs: boolean;
  readonly buckets: boolean;
  /** Whether the role may read the accounts of Auth, and the table is small enough for it. */
  readonly accounts: boolean;
  /** Services whose migration tables the role may read. */
  readonly versioned: readonly PlatformService[];
  /** Tables with identity providers and clients of Auth that the role may read. Of any size, because strangers may add clients. */
  readonly signIn: readonly SignInTable[];
}

/** What the server answers before a read. */
export interface Prepared extends Readable {
  /** Binary logarithm of the pages of `pg_attribute`. A plan for few objects is slow for many. */
  readonly sizeClass: number;
  /** Plans that earlier reads left on this connection. */
  readonly plans: readonly string[];
}

const planPrefix = "supabasex_catalog_";

/**
 * Returns the name of the plan of a read. It contains all that the statement and a good plan for it depend on, in few
 * letters, because the server cuts names after 63 bytes.
 */
export function planName({
  serverMajor,
  cronJobs: jobs,
  buckets: stores,
  accounts,
  versioned,
  signIn,
  sizeClass,
}: Prepared): string {
  const read = [
    jobs ? "j" : "",
    stores ? "b" : "",
    accounts ? "u" : "",
    ...versioned.map(([letter]) => letter),
    ...signIn.map((table) => signInTables.indexOf(table)),
  ];
  return `${planPrefix}${serverMajor}_${sizeClass}_${read.join("")}`;
}

/** The services that change the database with their own migrations, and the queries for the newest one. */
const newestMigration = {
  auth: "select max(version::text) from auth.schema_migrations",
  realtime: "select max(version::text) from realtime.schema_migrations",
  storage: "select max(id)::text from storage.migrations",
} as const;

export type PlatformService = keyof typeof newestMigration;

/**
 * Settings that determine how names and values are printed, and the performance of the read. Names are qualified
 * because the search path only contains pg_catalog; pg_temp comes last, so no temporary table hides a system catalog.
 * With row_security off, a filtered read of a platform table is an error instead of an incomplete result.
 */
const sessionSettings: Readonly<Record<string, string>> = {
  search_path: "pg_catalog, pg_temp",
  bytea_output: "hex",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  quote_all_identifiers: "off",
  row_security: "off",
  jit: "off",
  max_parallel_workers_per_gather: "0",
};

/** Whether the role may read all rows of table `c` in schema `n`. */
const isReadable = `c.relkind = 'r' and pg_catalog.has_schema_privilege(n.oid, 'usage')
      and pg_catalog.has_table_privilege(c.oid, 'select')
      and (not c.relrowsecurity or (select rolbypassrls or rolsuper from pg_catalog.pg_roles where rolname = current_user))`;

/** Sets them for this transaction only, and returns what else the read may access. */
export const prepareStatement = `
select
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'cron' and c.relname = 'job' and c.relkind = 'r') as "cronJobs",
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'storage' and c.relname = 'buckets' and c.relkind = 'r') as buckets,
  pg_catalog.current_setting('server_version_num')::integer / 10000 as "serverMajor",
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where (n.nspname, c.relname) = ('auth', 'users') and ${isReadable}
      and pg_catalog.pg_relation_size(c.oid) <= ${maxUsersTableBytes}
      and 4 = (select pg_catalog.count(*) from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attname in ('id', 'role', 'aud', 'is_super_admin') and not a.attisdropped)
  ) as accounts,
  (select coalesce(pg_catalog.array_agg(n.nspname::text order by n.nspname), '{}')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where (n.nspname, c.relname) in (('auth', 'schema_migrations'), ('realtime', 'schema_migrations'), ('storage', 'migrations'))
      and ${isReadable}
  ) as versioned,
  (select coalesce(pg_catalog.array_agg(c.relname::text order by c.relname), '{}')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'auth' and c.relname in (${signInTables.map((table) => `'${table}'`).join(", ")}) and ${isReadable}
  ) as "signIn",
  pg_catalog.floor(pg_catalog.log(2.0, pg_catalog.pg_relation_size('pg_catalog.pg_attribute') / 8192.0 + 1))::integer as "sizeClass",
  array(select p.name from pg_catalog.pg_prepared_statements p where pg_catalog.starts_with(p.name, '${planPrefix}')) as plans,
  ${Object.entries(sessionSettings)
    .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
    .join(",\n  ")}`;

/**
 * One row of the read: an object of a kind, with its values in the order of the kind's properties. Three columns are
 * its address: the system catalog, the oid there, and the number of the column. The reader joins them, because joining
 * texts for each row costs the server more than printing three numbers.
 */
export type ObjectRow = [
  kind: number,
  identity: string,
  catalog: string | null,
  object: string | null,
  part: string | null,
  aclType: string | null,
  owner: string | null,
  acl: string | null,
  ...values: (string | null)[],
];

/** The column at which the values begin. */
export const firstValue = 8;

/** Returns the kinds of objects that a read of this database covers. A row contains the number of its kind. */
export function kindsOf({
  serverMajor,
  cronJobs: jobs,
  buckets: stores,
  accounts: people,
  versioned,
  signIn,
}: Readable): readonly Kind[] {
  return [
    ...alwaysThere,
    ...roleKinds(serverMajor),
    subscriptionsOf(serverMajor),
    builtInViewsOf(serverMajor),
    ...(jobs ? [cronJobs] : []),
    ...(stores ? [buckets] : []),
    ...(people ? [accounts] : []),
    ...(versioned.length === 0
      ? []
      : [
          platformVersion(
            Object.fromEntries(versioned.map((service) => [service, newestMigration[service]])),
          ),
        ]),
    ...signInTables.map((table) =>
      signIn.includes(table) ? signInSources[table] : unreadSignInTable(table),
    ),
  ];
}

/** Returns the order in which a row has the values of a kind's properties. */
export function propertiesOf(kind: Kind): readonly Property[] {
  return [...Object.values(kind.properties), ...(kind.furtherProperties ? [kind.furtherProperties] : [])];
}

/** A row with this number describes an access control list: `acl` and one value, in JSON. */
export const aclRow = -1;
/** A row with this number is the comment on the object at this address: one value. */
export const commentRow = -2;
/** A row with this number says that the object at this address uses another one: its address is the one value. */
export const useRow = -3;

/**
 * Returns the select that reads everything. Values are sent as text, each in its own column, because building JSON
 * takes the server twice the time. Privileges are written out once per distinct list, not per object. Nothing is
 * collected before it is sent, so client and server work in parallel.
 */
export function catalogStatement(kinds: readonly Kind[]): string {
  const width = Math.max(...kinds.map((kind) => propertiesOf(kind).length));
  const rest = ", null::text".repeat(width - 1);
  const explained = (acl: string) => `(
    select json_agg(json_build_object(
      'grantee', case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end,
      'privilege', x.privilege_type,
      'grantable', x.is_grantable))
    from aclexplode(${acl}) x)::text`;
  return `with ${managedObjects.trim()}
-- The built-in default privileges of each type of object, which apply if the list is null. They are the same for any owner.
select ${aclRow}, null::text, null::oid, null::oid, null::integer, t.acl_type, pg_get_userbyid(10)::text, null::text,
  ${explained('acldefault(t.acl_type::"char", 10)')}${rest}
from unnest(array['c', 'd', 'f', 'L', 'n', 'r', 's', 'T']) as t (acl_type)
union all
select ${aclRow}, null, null, null, null, null, null, a.acl::text, ${explained("a.acl")}${rest}
from (${aclSources.map(([catalog, column]) => `select ${column} as acl from ${catalog} where ${column} is not null`).join("\n  union ")}) a
union all
select ${commentRow}, null, d.classoid, d.objoid, d.objsubid, null, null, null, d.description${rest}
from pg_description d
where d.objoid >= ${firstUserOid} or d.classoid = 'pg_namespace'::regclass
union all
select ${useRow}, null, u.class, u.object, 0, null, null, null, u.used${rest}
from (${uses}) u
union all
${kinds.map((kind, index) => objectsOf(kind, index, width)).join("\nunion all\n")}`;
}

/** A row of pg_depend for each use of an object, and one for each function and operator that a used operator class consists of. */
const dependencies = `
  select d.classid, d.objid, d.refclassid, d.refobjid
  from pg_depend d
  where d.refobjid >= ${firstUserOid} and d.deptype in ('n', 'a')
  union all
  select d.classid, d.objid, part.class, part.object
  from pg_depend d
  join pg_opclass o on o.oid = d.refobjid
  join (
    select amprocfamily as family, 'pg_proc'::regclass as class, amproc::oid as object from pg_amproc
    union all
    select amopfamily, 'pg_operator'::regclass, amopopr from pg_amop
  ) part on part.family = o.opcfamily
  where d.refclassid = 'pg_opclass'::regclass and d.refobjid >= ${firstUserOid} and d.deptype in ('n', 'a')
    and d.classid in ('pg_class'::regclass, 'pg_type'::regclass)`;

/**
 * Functions, operators and types that an extension did not create, with the objects that use them. What belongs to a table, a view or a
 * composite type counts as its own use, an array as its element, a multirange as its range, and a row as its table. What the texts of
 * functions use is not known, but the types of their arguments and results are.
 */
const uses = `
  select distinct
    case
      when d.classid in ('pg_attrdef'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass) then 'pg_class'::regclass
      when d.classid = 'pg_constraint'::regclass then case when k.conrelid = 0 then 'pg_type'::regclass else 'pg_class'::regclass end
      when d.classid in ('pg_amop'::regclass, 'pg_amproc'::regclass) then 'pg_opfamily'::regclass
      when composite.oid is not null then 'pg_type'::regclass
      else d.classid
    end::oid as class,
    case d.classid
      when 'pg_attrdef'::regclass then (select a.adrelid from pg_attrdef a where a.oid = d.objid)
      when 'pg_rewrite'::regclass then (select r.ev_class from pg_rewrite r where r.oid = d.objid)
      when 'pg_policy'::regclass then (select p.polrelid from pg_policy p where p.oid = d.objid)
      when 'pg_trigger'::regclass then (select t.tgrelid from pg_trigger t where t.oid = d.objid)
      when 'pg_constraint'::regclass then coalesce(nullif(k.conrelid, 0), k.contypid)
      when 'pg_amop'::regclass then (select o.amopfamily from pg_amop o where o.oid = d.objid)
      when 'pg_amproc'::regclass then (select f.amprocfamily from pg_amproc f where f.oid = d.objid)
      when 'pg_class'::regclass then coalesce(composite.reltype, (select i.indrelid from pg_index i where i.indexrelid = d.objid), d.objid)
      else d.objid
    end as object,
    case when row_type.oid is null then d.refclassid || ':' || coalesce(ranges.rngtypid, list.typelem, d.refobjid) || ':0'
      else 'pg_class'::regclass::oid || ':' || row_type.typrelid || ':0' end as used
  from (${dependencies}) d
  left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
  left join pg_class composite on d.classid = 'pg_class'::regclass and composite.oid = d.objid and composite.relkind = 'c'
  left join pg_type list on d.refclassid = 'pg_type'::regclass and list.oid = d.refobjid
    and list.typsubscript = 'array_subscript_handler'::regproc
  left join pg_range ranges on d.refclassid = 'pg_type'::regclass and ranges.rngmultitypid = coalesce(list.typelem, d.refobjid)
  left join (
    select t.oid, t.typrelid from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind <> 'c'
  ) row_type on d.refclassid = 'pg_type'::regclass and row_type.oid = coalesce(list.typelem, d.refobjid)
  where coalesce(list.typelem, d.refobjid) >= ${firstUserOid}
    and (d.refclassid = 'pg_operator'::regclass
      -- The texts of policies and triggers name their functions.
      or d.refclassid = 'pg_proc'::regclass and d.classid not in ('pg_policy'::regclass, 'pg_trigger'::regclass)
      or d.refclassid = 'pg_type'::regclass and d.classid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass))
    and (d.refclassid, coalesce(list.typelem, d.refobjid)) not in (select m.classid, m.objid from extension_member m)`;

/** All system catalogs with access control lists of one of our kinds. */
const aclSources = [
  ["pg_class", "relacl"],
  ["pg_attribute", "attacl"],
  ["pg_proc", "proacl"],
  ["pg_namespace", "nspacl"],
  ["pg_type", "typacl"],
  ["pg_default_acl", "defaclacl"],
  ["pg_database", "datacl"],
  ["pg_largeobject_metadata", "lomacl"],
] as const;

/**
 * Returns the expressions for privileges. The owner only matters with a list: the built-in default is the same for
 * every owner.
 */
const privilegesOf = ({ type, owner, acl }: NonNullable<Kind["privileges"]>): string =>
  `(${type})::text, case when ${acl} is not null then pg_get_userbyid(${owner})::text end, ${acl}::text`;

function objectsOf(kind: Kind, index: number, width: number): string {
  const { address, privileges } = kind;
  const values = propertiesOf(kind).map(({ sql }) => `(${sql})::text`);
  while (values.length < width) values.push("null");
  return `select ${index}, ${kind.identity},
  ${address ? `${address.catalog}::oid, ${address.object}, ${address.part ?? "0"}` : "null, null, null"},
  ${privileges ? privilegesOf(privileges) : "null, null, null"},
  ${values.join(",\n  ")}
from ${kind.from}`;
}
