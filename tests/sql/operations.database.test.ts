import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { idOf, outsiderId, seedWorld, tenantId, userId } from "./support/world";

let database: BundledDatabase;
let client: Client;

beforeAll(async () => {
  database = await startBundledDatabase();
  client = database.postgres;
  await seedWorld(client);
});
afterAll(async () => await database.remove());
beforeEach(async () => void (await client.query("begin")));
afterEach(async () => void (await client.query("rollback")));

describe("metrics", () => {
  const collected = async () =>
    (
      await client.query<{ tenant: string; metric_name: string; value: number; at: Date }>(
        `select left(tenant_id::text, 1) as tenant, metric_name, metric_value::int as value, "timestamp" as at
         from shared.metrics where metric_name like 'daily_%' order by 1, 2, 4`,
      )
    ).rows;
  const at = (moment: string) => client.query("select private.collect_business_metrics($1)", [moment]);
  const window = new Date("2026-11-02T12:00:00Z");

  beforeEach(async () => {
    await client.query("update shared.customers set created_at = '2026-11-02T11:59:59Z'");
    await client.query("update home_services.work_orders set created_at = '2026-11-02T01:00:00Z'");
    await client.query("update restaurants.orders set created_at = '2026-11-01T12:00:00Z'");
    // Just outside of the window.
    await client.query("update shared.customers set created_at = '2026-11-02T12:00:00Z' where id = $1", [
      idOf("b", 2, 0),
    ]);
    await client.query("update shared.customers set created_at = '2026-11-01T11:59:59Z' where id = $1", [
      idOf("b", 2, 1),
    ]);
  });

  test("each tenant gets the metrics of its industry for the latest complete window", async () => {
    await at("2026-11-02T14:30:00Z");
    const { rows: ids } = await client.query(
      "select count(distinct id)::int as ids from shared.metrics where metric_name like 'daily_%'",
    );

    expect(ids).toEqual([{ ids: 4 }]);
    expect(await collected()).toEqual([
      { tenant: "a", metric_name: "daily_new_customers", value: 2, at: window },
      { tenant: "a", metric_name: "daily_work_orders", value: 2, at: window },
      { tenant: "b", metric_name: "daily_new_customers", value: 1, at: window },
      { tenant: "b", metric_name: "daily_restaurant_orders", value: 3, at: window },
    ]);
  });

  test("other metrics of the same time are kept", async () => {
    await client.query(
      `insert into shared.metrics (tenant_id, metric_name, metric_value, "timestamp") values ($1, 'by_hand', 7, $2)`,
      [tenantId("a"), window],
    );
    await at("2026-11-02T12:00:00Z");
    const { rows } = await client.query(
      "select metric_value::int as value from shared.metrics where metric_name = 'by_hand'",
    );

    expect(rows).toEqual([{ value: 7 }]);
  });

  test("two concurrent collections of one window leave one row per metric", async () => {
    const first = await database.cluster.client("postgres");
    const second = await database.cluster.client("postgres");
    const collect = "select private.collect_business_metrics('2026-10-05T12:00:00Z') as count";
    await first.query("begin");
    await first.query(collect);
    const waiting = second.query<{ count: number }>(collect);
    const isWaiting = "select from pg_locks where locktype = 'advisory' and not granted";
    while ((await first.query(isWaiting)).rowCount === 0);
    await first.query("commit");
    const { rows } = await waiting;
    const removed = await first.query(
      "delete from shared.metrics where \"timestamp\" = '2026-10-05T12:00:00Z'",
    );

    expect(rows).toEqual([{ count: 4 }]);
    expect(removed.rowCount).toBe(4);
  });

  test("collecting a window again overwrites it; the next window is added", async () => {
    await at("2026-11-02T12:00:00Z");
    await client.query("delete from home_services.work_orders where id = $1", [idOf("a", 3, 0)]);
    await at("2026-11-02T17:59:59Z");
    const again = await collected();
    await at("2026-11-02T18:00:00Z");

    expect(again).toHaveLength(4);
    expect(again[1]).toMatchObject({ metric_name: "daily_work_orders", value: 1 });
    expect(await collected()).toHaveLength(8);
  });

  test("a tenant without activity gets a zero", async () => {
    await client.query(
      "insert into shared.tenants (name, industry, subdomain) values ('Idle', 'retail', 'idle')",
    );
    await at("2026-11-02T12:00:00Z");
    const { rows } = await client.query(
      `select metric_name, metric_value::int as value from shared.metrics
       where tenant_id = (select id from shared.tenants where subdomain = 'idle') order by 1`,
    );

    expect(rows).toEqual([
      { metric_name: "daily_new_customers", value: 0 },
      { metric_name: "daily_retail_orders", value: 0 },
    ]);
  });
});

test("presence without a recent heartbeat is removed, other presence is kept", async () => {
  await client.query(
    "update shared.presence set last_seen = now() - interval '6 minutes' where tenant_id = $1",
    [tenantId("a")],
  );
  const removed = await client.query("select private.clean_up_presence() as count");
  const { rows } = await client.query("select distinct tenant_id from shared.presence");

  expect(removed.rows).toEqual([{ count: 4 }]);
  expect(rows).toEqual([{ tenant_id: tenantId("b") }]);
});

test("accounts deleted a month ago are removed, others are kept", async () => {
  const [gone, lately] = [idOf("f", 7), idOf("f", 8)];
  for (const id of [gone, lately]) {
    await client.query("insert into auth.users (id, is_anonymous) values ($1, true)", [id]);
    await client.query("delete from auth.users where id = $1", [id]);
  }
  await client.query("update private.people set deleted_at = now() - interval '31 days' where id = $1", [
    gone,
  ]);
  const before = await client.query("select id from private.people where deleted_at is not null order by id");
  const forgotten = await client.query("select private.forget_people() as count");
  const after = await client.query("select id from private.people where deleted_at is not null");

  expect(before.rows).toEqual([{ id: gone }, { id: lately }]);
  expect(forgotten.rows).toEqual([{ count: 1 }]);
  expect(after.rows).toEqual([{ id: lately }]);
});

describe("recovery checkpoints", () => {
  test("the backup program records a named point in time, and postgres can read it", async () => {
    const backup = await database.connectAs("backup");
    const { rows } = await backup.query<{ id: string }>(
      "select private.create_recovery_checkpoint('before the migration', 'why') as id",
    );
    const stored = await client.query(
      `select name, description, created_by, wal_position <= pg_current_wal_lsn() as is_past
       from shared.recovery_checkpoints where id = $1`,
      [rows[0]?.id],
    );

    expect(stored.rows).toEqual([
      { name: "before the migration", description: "why", created_by: "backup", is_past: true },
    ]);
  });
});

describe("monitoring", () => {
  test("its role can read other roles' queries in every view, and no tenant's rows", async () => {
    const monitoring = await database.connectAs("monitoring");
    // Long enough to be among the fifty slowest.
    await client.query("select 'a needle' as needle, count(*) from generate_series(1, 2000000)");
    const seen = await monitoring.query(
      "select query from monitoring.slow_queries where query like 'select $1 as needle%'",
    );
    const connections = await monitoring.query(
      "select usename from monitoring.connection_stats where usename = 'postgres' and state is not null",
    );

    expect(seen.rows).toEqual([{ query: "select $1 as needle, count(*) from generate_series($2, $3)" }]);
    expect(connections.rowCount).toBeGreaterThan(0);
    await expect(monitoring.query("select from shared.tenants")).rejects.toThrow(
      "permission denied for schema shared",
    );
  });

  test("blocking_queries pairs a waiting session with exactly the session that blocks it", async () => {
    const holder = await database.cluster.client("postgres");
    const bystander = await database.cluster.client("postgres");
    const waiter = await database.cluster.client("postgres");
    const pid = async (session: Client): Promise<number> =>
      ((await session.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0] as { pid: number })
        .pid;
    const [holderPid, waiterPid] = [await pid(holder), await pid(waiter)];
    const row = `select from shared.customers where id = '${idOf("a", 2, 0)}' for update`;
    await holder.query("begin");
    await holder.query(row);
    await bystander.query("begin");
    await bystander.query(`select from shared.customers where id = '${idOf("b", 2, 0)}' for update`);
    const waiting = waiter.query(row);

    let rows: unknown[] = [];
    const deadline = Date.now() + 10_000;
    while (rows.length === 0 && Date.now() < deadline) {
      ({ rows } = await client.query("select blocked_pid, blocking_pid from monitoring.blocking_queries"));
    }
    await holder.query("rollback");
    await bystander.query("rollback");
    await waiting;

    expect(rows).toEqual([{ blocked_pid: waiterPid, blocking_pid: holderPid }]);
  });
});

describe("explain_row_access", () => {
  const explain = async (user: string, table: string, row: string, ...more: string[]) => {
    const places = more.map((_, index) => `, $${index + 4}`).join("");
    const { rows } = await client.query<{ policy: string; kind: string; passes: boolean }>(
      `select policy, kind, passes from private.explain_row_access($1, $2, $3${places})`,
      [user, table, row, ...more],
    );
    return rows.map(({ policy, kind, passes }) => `${policy} (${kind}): ${passes ? "passes" : "fails"}`);
  };

  test("names the restrictive policy that hides a customer from an employee", async () => {
    expect(await explain(userId("a", "employee"), "shared.customers", idOf("a", 2, 0))).toEqual([
      "membership (claim): passes",
      "row (existence): passes",
      "tenant_isolation (permissive): passes",
      "sensitive_data (restrictive): fails",
      "verdict (select): fails",
    ]);
  });

  test("names tenant isolation for another tenant's row, and the missing membership for an outsider", async () => {
    expect(await explain(userId("a", "admin"), "shared.customers", idOf("b", 2, 1))).toContain(
      "tenant_isolation (permissive): fails",
    );
    expect((await explain(outsiderId, "shared.customers", idOf("a", 2, 1)))[0]).toBe(
      "membership (claim): fails",
    );
  });

  test("reports a row that does not exist", async () => {
    expect((await explain(userId("a", "admin"), "shared.customers", idOf("a", 2, 77)))[1]).toBe(
      "row (existence): fails",
    );
  });

  test("evaluates the command and the second factor", async () => {
    const colleague = userId("a", "user");

    expect((await explain(userId("a", "admin"), "shared.users", colleague, "delete")).at(-1)).toBe(
      "verdict (delete): fails",
    );
    expect((await explain(userId("a", "admin"), "shared.users", colleague, "delete", "aal2")).at(-1)).toBe(
      "verdict (delete): passes",
    );
  });

  test("evaluates the select policies for an update too", async () => {
    await client.query(
      `update shared.tenants set business_opens_at = (now() + interval '1 hour')::time,
         business_closes_at = (now() + interval '2 hours')::time where id = $1`,
      [tenantId("a")],
    );
    const explained = (role: "employee" | "manager") =>
      explain(userId("a", role), "home_services.work_orders", idOf("a", 3, 0), "update");

    expect((await explained("employee")).slice(-2)).toEqual([
      "business_hours (restrictive): fails",
      "verdict (update): fails",
    ]);
    expect((await explained("manager")).at(-1)).toBe("verdict (update): passes");
  });

  test("leaves the session's claims unchanged", async () => {
    await client.query("select set_config('request.jwt.claims', '{\"sub\": \"x\"}', true)");
    await explain(userId("a", "admin"), "shared.customers", idOf("a", 2, 1));
    const { rows } = await client.query("select current_setting('request.jwt.claims') as claims");

    expect(rows).toEqual([{ claims: '{"sub": "x"}' }]);
  });
});

describe("create_tenant_policy", () => {
  test("isolates a new table, and can be called again", async () => {
    await client.query("create table retail.coupons (tenant_id uuid not null, code text)");
    await client.query("grant all on retail.coupons to anon, authenticated");
    await client.query("select private.create_tenant_policy('retail', 'coupons')");
    await client.query("select private.create_tenant_policy('retail', 'coupons')");
    await client.query("grant select on retail.coupons to authenticated");
    await client.query("insert into retail.coupons values ($1, 'a'), ($2, 'b')", [
      tenantId("a"),
      tenantId("b"),
    ]);
    await client.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify({ sub: userId("b", "user"), tenant_id: tenantId("b") }),
    ]);
    await client.query("set local role authenticated");
    const { rows } = await client.query("select code from retail.coupons");

    expect(rows).toEqual([{ code: "b" }]);
  });
});

describe("settings", () => {
  test("a new connection has those of the guide's settings that SQL can set", async () => {
    const fresh = await database.cluster.client("postgres");
    const { rows } = await fresh.query(
      `select name, setting from pg_settings
       where name in ('random_page_cost', 'effective_io_concurrency', 'default_statistics_target', 'log_statement', 'log_min_duration_statement')
       order by name`,
    );

    expect(rows).toEqual([
      { name: "default_statistics_target", setting: "100" },
      { name: "effective_io_concurrency", setting: "200" },
      { name: "log_min_duration_statement", setting: "1000" },
      { name: "log_statement", setting: "mod" },
      { name: "random_page_cost", setting: "1.1" },
    ]);
  });
});
