import { buckets } from "./kinds/buckets";
import { columns } from "./kinds/columns";
import { constraints } from "./kinds/constraints";
import { cronJobs } from "./kinds/cronJobs";
import { defaultPrivileges } from "./kinds/defaultPrivileges";
import { existenceOnly } from "./kinds/existenceOnly";
import { extensions } from "./kinds/extensions";
import { functions } from "./kinds/functions";
import { indexes } from "./kinds/indexes";
import type { KindQuery } from "./kinds/kind";
import { policies } from "./kinds/policies";
import { publications } from "./kinds/publications";
import { schemas } from "./kinds/schemas";
import { sequences } from "./kinds/sequences";
import { server } from "./kinds/server";
import { database, settings } from "./kinds/settings";
import { statistics } from "./kinds/statistics";
import { tables } from "./kinds/tables";
import { eventTriggers, rules, triggers } from "./kinds/triggers";
import { types } from "./kinds/types";
import { views } from "./kinds/views";
import { managedObjects } from "./managedObjects";

/** The first settles the column types of the union. */
const alwaysThere: readonly KindQuery[] = [
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
];

/** Which tables of the platform are there to be read. */
export interface PlatformTables {
  readonly cronJobs: boolean;
  readonly buckets: boolean;
}

/**
 * Settings that decide how names and values are printed, and how well the read runs. Names come out qualified because
 * the search path is empty but for pg_catalog; pg_temp comes last, so that no temporary table hides a system catalog.
 * Without row_security a filtered read of a platform table is an error, not a short answer.
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

/** Makes the settings, for this transaction only, and says what else the read may look at. */
export const prepareStatement = `
select
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'cron' and c.relname = 'job' and c.relkind = 'r') as "cronJobs",
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'storage' and c.relname = 'buckets' and c.relkind = 'r') as buckets,
  ${Object.entries(sessionSettings)
    .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
    .join(",\n  ")}`;

/** One row of the read; see `kinds/kind.ts`. Rows without identity explain access control lists. */
export type CatalogRow = [
  identity: string | null,
  address: string | null,
  aclType: string | null,
  owner: string | null,
  acl: string | null,
  properties: unknown,
];

const exploded = (acl: string) => `(
  select json_agg(json_build_object(
    'grantee', case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end,
    'privilege', x.privilege_type,
    'grantable', x.is_grantable))
  from aclexplode(${acl}) x)`;

/** The one select that reads everything: the objects, then every access control list among them, each once. */
export function catalogStatement(platform: PlatformTables): string {
  const kinds = [...alwaysThere];
  if (platform.cronJobs) kinds.push(cronJobs);
  if (platform.buckets) kinds.push(buckets);
  return `with ${managedObjects.trim()},
object (identity, class, object, part, acl_type, owner, acl, properties) as materialized (
${kinds.map((kind) => kind.trim()).join("\nunion all\n")}
)
select
  identity, case when object <> 0 then class || ':' || object || ':' || part end, acl_type::text, pg_get_userbyid(owner)::text, acl::text, properties
from object
union all
-- The built-in default of each type of object: who holds what where the list is null. Any owner's name will do.
select null, null, t.acl_type, pg_get_userbyid(10)::text, null, ${exploded('acldefault(t.acl_type::"char", 10)')}
from unnest(array['c', 'd', 'f', 'n', 'r', 's', 'T']) as t (acl_type)
union all
select null, null, null, null, a.acl::text, ${exploded("a.acl")}
from (select distinct acl from object where acl is not null) a`;
}
