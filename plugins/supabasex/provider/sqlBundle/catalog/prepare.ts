import { maxUsersTableBytes } from "./kinds/accounts";
import { type SignInTable, signInTables } from "./kinds/signInSources";

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
export const newestMigration = {
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
  standard_conforming_strings: "on",
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
