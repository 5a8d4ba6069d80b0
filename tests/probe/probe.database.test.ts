import type { Client } from "pg";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProbeVariable, probeEvents, probeMetrics } from "../../foundation/probeContract";
import { type BundledDatabase, startBundledDatabase } from "../sql/support/database";
import { rolePassword } from "../sql/support/roles";
import { startTlsCluster } from "../support/tlsCluster";
import { found, type ProbeAws, type ProbeRun, startProbeAws } from "./support";

let database: BundledDatabase;
let postgres: Client;
let aws: ProbeAws;
beforeAll(async () => {
  [database, aws] = await Promise.all([startBundledDatabase(), startProbeAws(rolePassword)]);
  postgres = database.postgres;
});
afterAll(async () => {
  await Promise.all([database?.remove(), aws?.stop()]);
});

/** Runs the probe as the stack configures it, except for the case's own settings. */
const probe = (
  more: Partial<Record<ProbeVariable, string>> = {},
  sizeBefore?: { bytes: number; hoursAgo: number },
): Promise<ProbeRun> =>
  aws.probe(
    {
      PGHOST: "127.0.0.1",
      PGPORT: String(database.cluster.port),
      PGDATABASE: "postgres",
      PGUSER: "monitoring",
      PGSSLMODE: "disable",
      PROBE_BLOCKED_SECONDS: "0",
      PROBE_EXPOSED_SCHEMAS: "public,shared,retail",
      PROBE_SLOW_STATEMENT_MILLISECONDS: "20",
    },
    more,
    sizeBefore,
  );

async function numberOf(sql: string): Promise<number> {
  const { rows } = await postgres.query<{ value: string }>(`select (${sql}) as value`);
  return Number(rows[0]?.value);
}

async function until(sql: string): Promise<void> {
  while ((await numberOf(`(${sql})::int`)) !== 1);
}

/** Opens a session, which the test case closes. */
async function session(user = "postgres"): Promise<Client> {
  const client = new pg.Client({ connectionString: database.cluster.url(user) });
  await client.connect();
  return client;
}

const clients = "select count(*) from pg_stat_activity where backend_type = 'client backend'";

/** Ends a session, and waits until the server has ended it, too. */
async function ended(client: Client): Promise<void> {
  const before = await numberOf(clients);
  await client.end();
  await until(`(${clients}) < ${before}`);
}

test("an idle database has every metric except the growth, and no alarm", async () => {
  const { metrics, log, failure } = await probe();

  expect(failure).toBeUndefined();
  expect(log.filter(({ event }) => event !== probeEvents.measured)).toEqual([]);
  const { databaseGrowth: _needsADay, ...always } = probeMetrics;
  expect(Object.keys(metrics).sort()).toEqual(Object.keys(always).sort());
  expect(metrics).toMatchObject({
    reachable: 1,
    failedMeasurements: 0,
    slowStatements: 0,
    failedJobRuns: 0,
    replicationSlotLag: 0,
    oldestTransaction: 0,
    blockedSessions: 0,
    tablesWithoutRowSecurity: 0,
  });
  expect(log).toEqual([{ event: "database measured", ...metrics, found: {} }]);
});

test("open sessions count as connections, and as a share of the server's limit", async () => {
  const before = await probe();
  const opened = await Promise.all([session(), session(), session()]);
  const during = await probe();
  for (const client of opened) await ended(client);
  const after = await probe();

  // The test's own session, and the probe's.
  expect(before.metrics).toMatchObject({ connections: 2 });
  expect(during.metrics).toMatchObject({ connections: 5 });
  expect(after.metrics).toMatchObject({ connections: 2 });
  const reserved = await numberOf("current_setting('superuser_reserved_connections')::int");
  expect(during.metrics.connectionsPercent).toBeCloseTo((100 * 5) / (100 - reserved), 6);
});

test("a frequent slow statement of the application counts; a rare one, a fast one and a deployment's do not", async () => {
  await postgres.query("create role shop login password 'test-password'");
  const shop = new pg.Client({
    ...{ host: "127.0.0.1", port: database.cluster.port, database: "postgres" },
    ...{ user: "shop", password: "test-password" },
  });
  await shop.connect();
  const repeat = async (client: Client, sql: string, times: number) => {
    for (let run = 0; run < times; run++) await client.query(sql);
  };
  await repeat(postgres, "select pg_sleep(0.03)", 10);
  await repeat(shop, "select 'quick'", 20);
  await repeat(shop, "select pg_sleep(0.03), 'rare'", 9);
  const control = await probe();
  await repeat(shop, "select pg_sleep(0.03)", 10);
  const slow = await probe();
  const unlimited = await probe({ PROBE_SLOW_STATEMENT_MILLISECONDS: "5000" });
  const id = await numberOf(
    "select queryid from extensions.pg_stat_statements where query = 'select pg_sleep($1)' and userid = 'shop'::regrole",
  );
  await postgres.query("select extensions.pg_stat_statements_reset()");
  const reset = await probe();
  await ended(shop);

  expect(control.metrics.slowStatements).toBe(0);
  expect(slow.metrics.slowStatements).toBe(1);
  expect(Number(found(slow, "slowStatements")?.[0])).toBe(id);
  expect(unlimited.metrics.slowStatements).toBe(0);
  expect(reset.metrics.slowStatements).toBe(0);
});

test("runs of a job that failed within the hour are counted; those that succeeded, or failed before, are not", async ({
  skip,
}) => {
  // The local PostgreSQL 15 has an older pg_cron; the probe's query is the same for both versions.
  const version = await numberOf(
    "select substring(extversion from '^[0-9]+[.][0-9]+')::numeric from pg_extension where extname = 'pg_cron'",
  );
  skip(version < 1.5, "pg_cron has jobs by the second from 1.5 on");
  const runs = (status: string) =>
    `select count(*) from cron.job_run_details join cron.job using (jobid) where jobname in ('broken', 'sound') and status = '${status}'`;
  await postgres.query(`
    select cron.schedule('sound', '1 second', 'select 1');
    select cron.schedule('broken', '1 second', 'select 1 / 0')`);
  await until(`(${runs("failed")}) >= 1 and (${runs("succeeded")}) >= 1`);
  await postgres.query(
    "select cron.alter_job(jobid, active => false) from cron.job where jobname in ('broken', 'sound')",
  );
  await until(`(${runs("running")}) + (${runs("starting")}) = 0`);
  const failed = await numberOf(runs("failed"));
  const recent = await probe();
  await postgres.query(
    "update cron.job_run_details set end_time = now() - interval '61 minutes' where status = 'failed'",
  );
  const later = await probe();
  await postgres.query("select cron.unschedule(jobname) from cron.job where jobname in ('broken', 'sound')");

  expect(recent.metrics.failedJobRuns).toBe(failed);
  expect(found(recent, "failedJobRuns")).toEqual(["broken"]);
  expect(later.metrics.failedJobRuns).toBe(0);
});

test("the lag of an unread replication slot grows with every write, and disappears when the slot is dropped", async () => {
  const lag =
    "select max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) from pg_replication_slots where slot_name = 'forgotten'";
  await postgres.query("select pg_create_logical_replication_slot('forgotten', 'test_decoding')");
  await postgres.query(
    "create table private.written as select repeat('x', 1000) from generate_series(1, 4000)",
  );
  const least = await numberOf(lag);
  const { metrics } = await probe();
  const most = await numberOf(lag);
  await postgres.query("select pg_drop_replication_slot('forgotten')");
  await postgres.query("drop table private.written");
  const without = await probe();

  expect(least).toBeGreaterThan(2_000_000);
  expect(metrics.replicationSlotLag).toBeGreaterThanOrEqual(least);
  expect(metrics.replicationSlotLag).toBeLessThanOrEqual(most);
  expect(without.metrics.replicationSlotLag).toBe(0);
});

test("a growing table increases the size, and the growth since a day ago", async () => {
  const size = "select pg_database_size('postgres')";
  await postgres.query("create table private.growing (line text) with (autovacuum_enabled = false)");
  const before = await numberOf(size);
  await postgres.query("insert into private.growing select repeat('x', 1000) from generate_series(1, 5000)");
  const grown = await probe({}, { bytes: before, hoursAgo: 24.5 });
  const after = await numberOf(size);
  const tooYoung = await probe({}, { bytes: before, hoursAgo: 23.5 });
  const tooOld = await probe({}, { bytes: before, hoursAgo: 25.5 });
  await postgres.query("drop table private.growing");

  expect(after - before).toBeGreaterThan(5_000_000);
  expect(grown.metrics.databaseSize).toBe(after);
  expect(grown.metrics.databaseGrowth).toBe(after - before);
  expect(tooYoung.metrics.databaseGrowth).toBeUndefined();
  expect(tooOld.metrics.databaseGrowth).toBeUndefined();
});

test("reading more than the server's memory holds lowers the cache hit rate", async () => {
  const rate =
    "select 100.0 * blks_hit / nullif(blks_hit + blks_read, 0) from pg_stat_database where datname = current_database()";
  await postgres.query(
    "create table private.large as select repeat('x', 1000) from generate_series(1, 40000)",
  );
  await (await database.cluster.client("supabase_admin")).query("select pg_stat_reset()");
  const reader = await session();
  await reader.query("select count(*) from pg_class");
  const small = await probe();
  for (let scan = 0; scan < 3; scan++) await reader.query("select count(*) from private.large");
  // The server's statistics include those of a session when it ends.
  await ended(reader);
  const known = await numberOf(rate);
  const large = await probe();
  await postgres.query("drop table private.large");

  expect(small.metrics.cacheHitRate).toBeGreaterThan(90);
  expect(large.metrics.cacheHitRate).toBeLessThan(60);
  expect(large.metrics.cacheHitRate).toBeGreaterThan(0);
  // Between the two, the probe reads the catalog a little.
  expect(Math.abs((large.metrics.cacheHitRate ?? 0) - known)).toBeLessThan(10);
});

test("an open transaction ages; the backup's own does not count", async () => {
  const dump = await database.connectAs("backup");
  await dump.query("begin; select 1");
  const control = await probe();
  await dump.query("rollback");
  const idle = await session();
  await idle.query("begin; select 1");
  const age =
    "select extract(epoch from max(clock_timestamp() - xact_start)) from pg_stat_activity where state = 'idle in transaction'";
  await until(`(${age}) > 0.2`);
  const least = await numberOf(age);
  const open = await probe();
  const most = await numberOf(age);
  await idle.query("commit");
  const closed = await probe();
  await ended(idle);
  await ended(dump);

  expect(control.metrics.oldestTransaction).toBe(0);
  expect(open.metrics.oldestTransaction).toBeGreaterThanOrEqual(least);
  expect(open.metrics.oldestTransaction).toBeLessThanOrEqual(most);
  expect(closed.metrics.oldestTransaction).toBe(0);
});

test("a session that waits for a lock is blocked once it has waited long enough", async () => {
  const [holder, waiter] = [await session(), await session()];
  await postgres.query("create table private.contended (id int)");
  await holder.query("begin; lock table private.contended");
  const { rows } = await waiter.query<{ name: string }>("select 'pid ' || pg_backend_pid() as name");
  const waiting = waiter.query("select from private.contended");
  await until("exists (select from pg_locks where not granted and waitstart is not null)");
  const blocked = await probe();
  const notYet = await probe({ PROBE_BLOCKED_SECONDS: "300" });
  await holder.query("rollback");
  await waiting;
  const free = await probe();
  await ended(holder);
  await ended(waiter);
  await postgres.query("drop table private.contended");

  expect(blocked.metrics.blockedSessions).toBe(1);
  expect(found(blocked, "blockedSessions")).toEqual([rows[0]?.name]);
  expect(notYet.metrics.blockedSessions).toBe(0);
  expect(free.metrics.blockedSessions).toBe(0);
});

test("a table without row-level security counts where the Data API serves it and a client may reach it", async () => {
  const control = await probe();
  await postgres.query(`
    create table retail.leads (id int);
    revoke all on retail.leads from public, anon, authenticated;
    create table private.hidden (id int);
    grant usage on schema private to anon;
    grant select on private.hidden to anon`);
  const unreachable = await probe();
  await postgres.query("grant update (id) on retail.leads to authenticated");
  const open = await probe();
  const notServed = await probe({ PROBE_EXPOSED_SCHEMAS: "shared" });
  const noApi = await probe({ PROBE_EXPOSED_SCHEMAS: "" });
  await postgres.query("alter table retail.leads enable row level security");
  const closed = await probe();
  await postgres.query("drop table retail.leads, private.hidden; revoke usage on schema private from anon");

  expect(control.metrics.tablesWithoutRowSecurity).toBe(0);
  expect(unreachable.metrics.tablesWithoutRowSecurity).toBe(0);
  expect(open.metrics.tablesWithoutRowSecurity).toBe(1);
  expect(found(open, "tablesWithoutRowSecurity")).toEqual(["retail.leads"]);
  expect(notServed.metrics.tablesWithoutRowSecurity).toBe(0);
  expect(noApi.metrics.tablesWithoutRowSecurity).toBe(0);
  expect(closed.metrics.tablesWithoutRowSecurity).toBe(0);
});

test("a failed measurement is named, and the others continue", async () => {
  await postgres.query("revoke execute on function monitoring.failed_job_runs(interval) from monitoring");
  const failed = await probe();
  await postgres.query("grant execute on function monitoring.failed_job_runs(interval) to monitoring");
  const repaired = await probe();

  expect(failed.metrics).toMatchObject({ reachable: 1, failedMeasurements: 1, blockedSessions: 0 });
  expect(failed.metrics.failedJobRuns).toBeUndefined();
  expect(failed.log[0]).toEqual({
    event: "measurement failed",
    measurement: "failedJobRuns",
    reason: "permission denied for function failed_job_runs",
  });
  expect(repaired.metrics).toMatchObject({ failedMeasurements: 0, failedJobRuns: 0 });
});

test("a failed login yields the value 0, an error and a log line; a new password takes effect immediately", async () => {
  const { port } = database.cluster;
  await aws.setPassword("not-the-password");
  const wrong = await probe();
  await aws.setPassword(rolePassword);
  const right = await probe();
  const closed = await probe({ PGPORT: "1" });

  const reason = `The database probe cannot reach database postgres on 127.0.0.1:${port} as monitoring: password authentication failed for user "monitoring".`;
  expect(wrong).toEqual({
    metrics: { reachable: 0 },
    log: [{ event: "database unreachable", reason }],
    failure: reason,
  });
  expect(right.metrics.reachable).toBe(1);
  expect(closed.metrics).toEqual({ reachable: 0 });
  expect(closed.failure).toBe(
    "The database probe cannot reach database postgres on 127.0.0.1:1 as monitoring: connect ECONNREFUSED 127.0.0.1:1.",
  );
});

test("the server is verified with the certificate that the stack ships; another certificate is refused", async () => {
  const server = await startTlsCluster();
  const verified = { PGPORT: String(server.port), PGUSER: "postgres", PGSSLMODE: "verify-full" };
  const ours = await probe({ ...verified, PGSSLROOTCERT: server.authority });
  const strange = await probe({ ...verified, PGSSLROOTCERT: server.stranger });
  const missing = await probe({ ...verified, PGSSLROOTCERT: "/var/task/certificates/none.crt" });
  await server.remove();

  // Without the bundle: two measurements have nothing to ask.
  expect(ours.metrics).toMatchObject({ reachable: 1, failedMeasurements: 2, blockedSessions: 0 });
  expect(strange.metrics).toEqual({ reachable: 0 });
  expect(strange.failure).toMatch(/as postgres: certificate signature failure\.$/);
  expect(missing.metrics).toEqual({ reachable: 0 });
  expect(missing.failure).toContain(
    "PGSSLROOTCERT names /var/task/certificates/none.crt, which cannot be read (ENOENT)",
  );
});
