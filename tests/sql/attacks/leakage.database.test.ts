import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, attempt, member } from "../support/actors";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { idOf, seedWorld, tenantId } from "../support/world";
import { installGuide } from "./guide";

let database: BundledDatabase;
const manager = member("a", "manager");
const ownNames = ["Number 0", "Number 1"];

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  await installGuide(database.postgres);
  await database.postgres.query("update shared.customers set last_name = 'Secret of b' where id = $1", [
    idOf("b", 2, 2),
  ]);
});

afterAll(async () => await database.remove());

const column = async (actor: typeof manager, sql: string, ...first: string[]): Promise<unknown[]> =>
  await as(database, actor, async (client) => {
    for (const statement of first) await client.query(statement);
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows.map((row) => row.value);
  });

describe("views", () => {
  test("the bundle's views run as the caller", async () => {
    const tenants = await column(
      member("a", "admin"),
      "select distinct tenant_id as value from shared.audit_trail",
    );

    expect(tenants).toEqual([tenantId("a")]);
  });

  test("control: the same view without security_invoker, of an owner with BYPASSRLS, shows every tenant", async () => {
    await database.postgres.query(`
      create view guide.audit_trail as select * from audit.entries;
      grant select on guide.audit_trail to authenticated`);

    const tenants = await column(
      manager,
      "select distinct tenant_id as value from guide.audit_trail order by 1",
    );

    expect(tenants).toEqual([tenantId("a"), tenantId("b")]);
  });

  test("no view of the bundle runs as its owner", async () => {
    const { rows } = await database.postgres.query(`
      select oid::regclass::text as name from pg_class
      where relkind in ('v', 'm')
        and relnamespace::regnamespace::text in ('shared', 'monitoring', 'private', 'audit', 'home_services', 'restaurants', 'automotive', 'retail')
        and not coalesce(reloptions @> array['security_invoker=true'], false)`);

    expect(rows).toEqual([]);
  });
});

describe("functions", () => {
  test("a search finds only customers of the tenant", async () => {
    expect(await column(manager, "select last_name as value from shared.search_customers('secret')")).toEqual(
      [],
    );
    expect(
      await column(manager, "select last_name as value from shared.search_customers('number') order by 1"),
    ).toEqual(ownNames);
  });

  test("a search treats wildcards as text", async () => {
    expect(await column(manager, "select last_name as value from shared.search_customers('%')")).toEqual([]);
  });

  test("a search that bypasses the policies returns nothing that they hide", async () => {
    const found = (role: "employee" | "user") =>
      column(member("a", role), "select last_name as value from shared.search_customers('number')");

    expect(await found("employee")).toEqual(["Number 1"]);
    expect(await found("user")).toEqual([]);
  });

  test("the inner search function cannot be called directly", async () => {
    const outcome = await as(database, manager, (client) =>
      attempt(client, "select private.find_customers('secret', 10)"),
    );

    expect(outcome).toEqual({ code: "42501", message: "permission denied for schema private" });
  });

  test("control: a search as a definer with BYPASSRLS finds other tenants' customers", async () => {
    await database.postgres.query(`
      create function guide.search_customers(search text) returns setof shared.customers
      language sql security definer as $$
        select * from shared.customers where lower(last_name) like '%' || search || '%'
      $$`);

    expect(await column(manager, "select last_name as value from guide.search_customers('secret')")).toEqual([
      "Secret of b",
    ]);
  });
});

describe("hijacking a security definer function by search_path", () => {
  const bait = [
    `create temp table users (id uuid, tenant_id uuid, disabled_at timestamptz, role text)`,
    `insert into users values ('${idOf("a", 1, 1)}', '${tenantId("b")}', null, 'admin')`,
    "set local search_path = pg_temp, shared, public",
  ];

  test("the bundle's functions do not use the caller's search_path", async () => {
    expect(
      await column(manager, "select distinct tenant_id as value from shared.customers", ...bait),
    ).toEqual([tenantId("a")]);
  });

  test("control: a definer that uses the caller's search_path is hijacked", async () => {
    await database.postgres.query(`
      create function guide.tenant_of_caller() returns uuid
      language plpgsql security definer as $$
      begin
        return (select tenant_id from users where id = auth.uid());
      end $$`);

    expect(await column(manager, "select guide.tenant_of_caller() as value", ...bait)).toEqual([
      tenantId("b"),
    ]);
  });
});

describe("hijacking a security definer function by a temporary type", () => {
  const types = ["uuid", "text", "jsonb", "bool", "timestamptz", "regclass", "tsquery", "name"];
  // A domain may call any function to check a value, with the privileges of the role that converts it.
  const bait = [
    `create function pg_temp.tell(value pg_catalog.text) returns pg_catalog.bool language plpgsql as $$
     begin
       raise notice 'runs as %', current_user;
       return true;
     end $$`,
    ...types.map((type) => `create domain pg_temp.${type} as pg_catalog.${type} check (pg_temp.tell('x'))`),
  ];

  /** Returns the roles with which the bait ran, for everything that a signed-in user can trigger. */
  const taken = async (...statements: string[]): Promise<string[]> => {
    // A separate connection, because functions are compiled once per connection, which is when names are looked up.
    const session = await database.cluster.client("authenticator");
    const notices = new Set<string>();
    session.on("notice", (notice) => notices.add(notice.message ?? ""));
    await session.query("begin");
    await session.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify(member("a", "admin").claims),
    ]);
    await session.query("set local role authenticated");
    for (const statement of [...bait, ...statements]) await session.query(statement);
    await session.query("rollback");
    // The caller's own privileges are no gain: what is not security definer has them anyway.
    notices.delete("runs as authenticated");
    return [...notices].sort();
  };

  test("gains no privileges", async () => {
    expect(
      await taken(
        "select from shared.customers",
        "select from home_services.work_orders",
        "select from shared.search_customers('number')",
        "insert into shared.customers (tenant_id, first_name, last_name) select tenant_id, 'x', 'y' from shared.users limit 1",
        "update shared.customers set tags = '{x}'",
        "update shared.users set first_name = 'x'",
        "delete from retail.products",
        "select from shared.audit_trail",
        "select from realtime.messages",
        "select from storage.objects",
      ),
    ).toEqual([]);
  });

  test("control: an empty search_path, which searches pg_temp first, leaks the definer's privileges", async () => {
    await database.postgres.query(`
      create function guide.count_users() returns pg_catalog.int8
      language plpgsql security definer set search_path = '' as $$
      declare
        tenant uuid := '${tenantId("a")}';
      begin
        return (select count(*) from shared.users where tenant_id = tenant);
      end $$`);

    expect(await taken("select guide.count_users()")).toEqual(["runs as postgres"]);
  });
});

describe("operators and functions that leak their arguments", () => {
  beforeAll(async () => {
    await database.postgres.query(`
      create function guide.peek(value text) returns boolean
      language plpgsql cost 0.0000001 as $$
      begin
        raise notice '%', value;
        return true;
      end $$;
      create view guide.unbarred with (security_barrier = false) as
        select * from shared.customers where tenant_id = '${tenantId("a")}';
      grant select on guide.unbarred to authenticated`);
  });

  const peeked = async (table: string): Promise<string[]> => {
    const notices: string[] = [];
    const listen = (notice: { message?: string | undefined }): void =>
      void notices.push(notice.message ?? "");
    database.postgres.on("notice", listen);
    await as(database, manager, async (client) => {
      // Every plan, index or not, must keep the order.
      await client.query("set local enable_indexscan = off; set local enable_bitmapscan = off");
      await client.query(`select from ${table} where guide.peek(last_name)`);
    });
    database.postgres.off("notice", listen);
    return notices.sort();
  };

  test("see only rows of the tenant", async () => {
    expect(await peeked("shared.customers")).toEqual(ownNames);
  });

  test("control: see other tenants' rows in a view without security_barrier", async () => {
    expect(await peeked("guide.unbarred")).toContain("Secret of b");
  });

  test("another tenant's row cannot cause a division by zero", async () => {
    const probe = (table: string): string =>
      `select from ${table} where 1 / (case when last_name = 'Secret of b' then 0 else 1 end) = 1`;

    expect(await as(database, manager, (client) => attempt(client, probe("shared.customers")))).toEqual({
      rows: 2,
    });
  });
});

describe("explain", () => {
  interface Plan {
    readonly "Rows Removed by Filter"?: number;
    readonly "Relation Name"?: string;
    readonly Plans?: readonly Plan[];
  }

  const removedRows = (plan: Plan): number =>
    (plan["Rows Removed by Filter"] ?? 0) +
    (plan.Plans ?? []).reduce((sum, child) => sum + removedRows(child), 0);

  const explained = async (table: string): Promise<number> =>
    await as(database, manager, async (client) => {
      await client.query("set local enable_seqscan = off");
      const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(
        `explain (analyze, format json) select * from ${table}`,
      );
      return removedRows((rows[0] as (typeof rows)[0])["QUERY PLAN"][0].Plan);
    });

  test("does not count other tenants' rows, because an index finds those of the tenant", async () => {
    expect(await explained("shared.customers")).toBe(0);
  });

  test("control: counts the other tenant's rows without an index, as in the guide", async () => {
    expect(await explained("guide.customers")).toBe(3);
  });
});

describe("statistics", () => {
  test("of columns under row-level security are hidden from signed-in users", async () => {
    await database.postgres.query("analyze shared.customers");

    expect(
      await column(
        manager,
        "select attname as value from pg_stats where tablename = 'customers' and schemaname = 'shared'",
      ),
    ).toEqual([]);
  });
});

// bench/sql/timing.ts measures the time. These tests count what takes the time: the blocks and rows that PostgreSQL touched.
describe("the work of a statement", () => {
  const nowhere = "99999999-0002-4000-8000-000000000001";
  const inB = idOf("b", 2, 1);

  /** Blocks and rows that a statement touches in tables and indexes. It may be refused, and is rolled back. */
  const workOf = async (sql: string): Promise<number[]> =>
    await as(database, manager, async (client) => {
      const counters = async (): Promise<number[]> => {
        const { rows } = await client.query<{ counts: string[] }>(
          `select array[sum(pg_stat_get_xact_blocks_fetched(oid)), sum(pg_stat_get_xact_tuples_returned(oid)),
             sum(pg_stat_get_xact_tuples_fetched(oid))] as counts
           from pg_class
           where relkind in ('r', 'i', 'p') and relnamespace::regnamespace::text in
             ('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit', 'private', 'guide')`,
        );
        return (rows[0]?.counts ?? []).map(Number);
      };
      // Forces the same plan regardless of statistics, and runs once before, because of the cost of a first run.
      await client.query("set local enable_seqscan = off; set local enable_bitmapscan = off");
      await attempt(client, sql, [], { undo: true });
      const before = await counters();
      await attempt(client, sql, [], { undo: true });
      return (await counters()).map((count, index) => count - (before[index] ?? 0));
    });

  const statements: [string, (id: string) => string][] = [
    ["select", (id) => `select from shared.customers where id = '${id}'`],
    ["update", (id) => `update shared.customers set tags = '{x}' where id = '${id}'`],
    ["delete", (id) => `delete from shared.customers where id = '${id}'`],
    [
      "insert for the other tenant",
      (id) =>
        `insert into shared.customers (tenant_id, id, first_name, last_name) values ('${tenantId("b")}', '${id}', 'x', 'y')`,
    ],
    [
      "foreign key",
      (id) =>
        `insert into home_services.work_orders (tenant_id, customer_id, service_type) values ('${tenantId("a")}', '${id}', 'x')`,
    ],
  ];

  test.each(statements)(
    "%s: is equal for another tenant's row and a missing one",
    async (_what, statement) => {
      const work = await workOf(statement(inB));

      expect(work).toEqual(await workOf(statement(nowhere)));
      expect(work.some((count) => count > 0)).toBe(true);
    },
  );

  test("control: reveals the other tenant's row with the guide's key and policy", async () => {
    const statement = (id: string): string => `select from guide.customers where id = '${id}'`;

    expect(await workOf(statement(inB))).not.toEqual(await workOf(statement(nowhere)));
  });
});
