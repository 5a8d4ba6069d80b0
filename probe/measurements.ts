import type { ClientBase } from "pg";
import type { ProbeMetricKey } from "../foundation/probeContract";
import type { MeasurementLimits } from "./environment";

/** One query. Each of its rows is a metric or explains one. */
export interface Measurement {
  readonly name: string;
  measure(client: ClientBase, limits: MeasurementLimits): Promise<Measured>;
}

export interface Measured {
  readonly values: Readonly<Partial<Record<ProbeMetricKey, number>>>;
  /** The counted items by name, for the log. Default: none. */
  readonly found?: readonly string[];
}

/** Names in one line of the log; the metric counts all of them. */
const maxNames = 20;

/** The minimum number of runs before a statement counts as slow. */
const minCalls = 10;

/** Returns a measurement that returns one row of numbers; null means that the value is not available. */
const numbers = (name: string, sql: string): Measurement => ({
  name,
  async measure(client) {
    const { rows } = await client.query<Record<string, string | number | null>>(sql);
    const known = Object.entries(rows[0] ?? {}).filter(([, value]) => value !== null);
    return { values: Object.fromEntries(known.map(([key, value]) => [key, Number(value)])) };
  },
});

/** Returns a measurement that counts rows, each with a name and a weight. */
const counted = (
  key: ProbeMetricKey,
  sql: string,
  parameters: (limits: MeasurementLimits) => unknown[] = () => [],
): Measurement => ({
  name: key,
  async measure(client, limits) {
    const { rows } = await client.query<{ name: string; count: number }>(sql, parameters(limits));
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    return { values: { [key]: total }, found: rows.slice(0, maxNames).map(({ name }) => name) };
  },
});

const connections = numbers(
  "connections",
  `select
     used.connections::int as connections,
     100.0 * used.connections / limits.available as "connectionsPercent"
   from (
     select count(*) as connections from pg_stat_activity where backend_type = 'client backend'
   ) as used
   cross join (
     -- PostgreSQL 16 added a second reserve.
     select current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0) as available
   ) as limits`,
);

/**
 * Statements of the application: those of deployments, dumps and scheduled jobs are not counted. Times are since the
 * statistics were reset.
 */
const slowStatements = counted(
  "slowStatements",
  `select queryid::text as name, 1 as count
   from monitoring.statement_times
   where mean_exec_time > $1
     and calls >= $2
     and usename not in
       ('postgres', 'backup', 'monitoring', 'preview', 'supabase_admin', 'supabase_auth_admin', 'supabase_storage_admin')
   order by total_exec_time desc`,
  ({ slowStatementMilliseconds }) => [slowStatementMilliseconds, minCalls],
);

/** pg_cron shows each role only its own jobs, so the bundle has a function that reads them. */
const failedJobRuns = counted(
  "failedJobRuns",
  "select job as name, failures::int as count from monitoring.failed_job_runs(interval '1 hour') order by 2 desc",
);

const replicationSlotLag = numbers(
  "replicationSlotLag",
  `select coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0) as "replicationSlotLag"
   from pg_replication_slots`,
);

const databaseSize = numbers("databaseSize", `select pg_database_size(current_database()) as "databaseSize"`);

const cacheHitRate = numbers(
  "cacheHitRate",
  `select 100.0 * blks_hit / nullif(blks_hit + blks_read, 0) as "cacheHitRate"
   from pg_stat_database where datname = current_database()`,
);

const oldestTransaction = numbers(
  "oldestTransaction",
  `select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0) as "oldestTransaction"
   from pg_stat_activity
   where backend_type = 'client backend' and pid <> pg_backend_pid() and usename <> 'backup'`,
);

const blockedSessions = counted(
  "blockedSessions",
  `select 'pid ' || blocked.pid as name, 1 as count
   from pg_locks as blocked
   where not blocked.granted
   group by blocked.pid
   -- The start of a wait is set a moment after the wait begins.
   having clock_timestamp() - min(blocked.waitstart) >= make_interval(secs => $1)
   order by min(blocked.waitstart)`,
  ({ blockedSeconds }) => [blockedSeconds],
);

/**
 * Counts what the Data API's clients can reach. This omits tables of extensions, and partitions without a grant, which are read
 * through their parent and its policies.
 */
const tablesWithoutRowSecurity = counted(
  "tablesWithoutRowSecurity",
  `select format('%I.%I', schema.nspname, tables.relname) as name, 1 as count
   from pg_class as tables
   join pg_namespace as schema on schema.oid = tables.relnamespace
   where tables.relkind in ('r', 'p')
     and not tables.relrowsecurity
     and schema.nspname = any ($1)
     and exists (
       select from pg_roles
       where rolname in ('anon', 'authenticated')
         and (
           has_table_privilege(pg_roles.oid, tables.oid, 'select, insert, update, delete')
           or has_any_column_privilege(pg_roles.oid, tables.oid, 'select, insert, update')
         )
     )
     and not exists (
       select from pg_depend
       where classid = 'pg_class'::regclass and objid = tables.oid and deptype = 'e'
     )
   order by 1`,
  ({ exposedSchemas }) => [exposedSchemas],
);

/** All measurements. Each is a separate query, so a failed one does not affect the others. */
export const measurements: readonly Measurement[] = [
  connections,
  slowStatements,
  failedJobRuns,
  replicationSlotLag,
  databaseSize,
  cacheHitRate,
  oldestTransaction,
  blockedSessions,
  tablesWithoutRowSecurity,
];
