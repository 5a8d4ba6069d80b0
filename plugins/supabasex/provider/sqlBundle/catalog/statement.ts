import { accounts } from "./kinds/accounts";
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
import { signInSources, signInTables, unreadSignInTable } from "./kinds/signInSources";
import { statistics } from "./kinds/statistics";
import { tables } from "./kinds/tables";
import { eventTriggers, rules, triggers } from "./kinds/triggers";
import { types } from "./kinds/types";
import { views } from "./kinds/views";
import { firstUserOid, managedObjects } from "./managedObjects";
import { newestMigration, type Readable } from "./prepare";
import { uses } from "./usesStatement";

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
