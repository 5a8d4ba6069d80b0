import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, as, member } from "./support/actors";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { seedWorld, tenantId } from "./support/world";

// How the planner handles the policies, with tenants of a few thousand rows.
let database: BundledDatabase;
let client: Client;

beforeAll(async () => {
  database = await startBundledDatabase();
  client = database.postgres;
  await seedWorld(client);
  const admin = await database.cluster.client("supabase_admin");
  await admin.query(`
    set session_replication_role = replica;
    insert into shared.customers (tenant_id, first_name, last_name, email)
      select tenant, 'First', case when tenant = '${tenantId("b")}' then 'Frequent' else 'Name ' || n end, 'c' || n || '@example.com'
      from generate_series(1, 5000) as n, unnest(array['${tenantId("a")}', '${tenantId("b")}']::uuid[]) as tenant;
    insert into home_services.work_orders (tenant_id, customer_id, service_type)
      select '${tenantId("a")}', gen_random_uuid(), 'repair' from generate_series(1, 5000);
    insert into audit.entries (tenant_id, table_schema, table_name, operation, actor_role)
      select '${tenantId("a")}', 'shared', 'customers', 'insert', 'x' from generate_series(1, 5000)`);
  for (const table of ["shared.customers", "shared.users", "home_services.work_orders", "audit.entries"]) {
    await admin.query(`vacuum analyze ${table}`);
  }
});

afterAll(async () => await database.remove());

interface Node {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly "Plan Rows": number;
  readonly "Shared Hit Blocks"?: number;
  readonly "Shared Read Blocks"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Node[];
}

async function planOf(actor: Actor, sql: string): Promise<Node> {
  return await as(database, actor, async (session) => {
    const { rows } = await session.query(`explain (analyze, buffers, format json) ${sql}`);
    return (rows[0] as { "QUERY PLAN": [{ Plan: Node }] })["QUERY PLAN"][0].Plan;
  });
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

describe("a condition that is false for every row reads no row of the tenant", () => {
  const closeFor = async (run: () => Promise<void>) => {
    const hours = "update shared.tenants set business_opens_at = $2, business_closes_at = $3 where id = $1";
    const closed = await client.query(
      "select (now() + interval '1 hour')::time as opens, (now() + interval '2 hours')::time as closes",
    );
    await client.query(hours, [tenantId("a"), closed.rows[0].opens, closed.rows[0].closes]);
    await run();
    await client.query(hours, [tenantId("a"), "00:00", "00:00"]);
  };
  const removed = (plan: Node) =>
    nodesOf(plan).reduce((sum, node) => sum + (node["Rows Removed by Filter"] ?? 0), 0);

  test("a user's customers", async () => {
    expect(removed(await planOf(member("a", "user"), "select * from shared.customers"))).toBe(0);
    // Control: an employee's exist, except for the restricted one.
    const rows = await as(
      database,
      member("a", "employee"),
      async (session) => (await session.query("select count(*)::int as count from shared.customers")).rows,
    );
    expect(rows).toEqual([{ count: 5001 }]);
  });

  test("an employee's work orders out of hours", async () => {
    await closeFor(async () => {
      const plan = await planOf(member("a", "employee"), "select * from home_services.work_orders");
      expect(removed(plan)).toBe(0);
      // Control: a manager's exist.
      const rows = await as(
        database,
        member("a", "manager"),
        async (session) =>
          (await session.query("select count(*)::int as count from home_services.work_orders")).rows,
      );
      expect(rows).toEqual([{ count: 5002 }]);
    });
  });

  test("the audit trail for anyone except an admin", async () => {
    expect(removed(await planOf(member("a", "manager"), "select * from audit.entries"))).toBe(0);
  });
});

describe("an email address is found by its index under row-level security", () => {
  test("a customer's", async () => {
    const plan = await planOf(
      member("a", "manager"),
      "select * from shared.customers where email = 'c77@example.com'",
    );
    const index = nodesOf(plan).find(({ "Index Name": name }) => name === "customers_tenant_id_email_idx");

    expect(index?.["Index Cond"]).toContain("email");
    expect(index?.["Index Cond"]).toContain("tenant_id");
  });

  test("control: lower() is not leakproof, so no index is used", async () => {
    const plan = await planOf(
      member("a", "manager"),
      "select * from shared.customers where lower(email) = 'c77@example.com'",
    );

    expect(nodesOf(plan).some((node) => node["Index Cond"]?.includes("email"))).toBe(false);
  });
});

test("an index that API roles cannot use under row-level security is a listed exception", async () => {
  // Equality and order of these types are leakproof. For all others, an index needs a function that bypasses the policies.
  const { rows } = await client.query<{ index: string }>(`
    select distinct index.indexrelid::regclass::text as index
    from pg_index as index
    join pg_class as class on class.oid = index.indexrelid
    join pg_class as "table" on "table".oid = index.indrelid
    join pg_namespace as schema on schema.oid = "table".relnamespace
    join pg_am as method on method.oid = class.relam
    where schema.nspname in ('shared', 'audit', 'home_services', 'restaurants', 'automotive', 'retail')
      and not "table".relispartition
      and has_table_privilege('authenticated', "table".oid, 'select')
      and (index.indexprs is not null or method.amname not in ('btree', 'brin')
        or exists (
          select from unnest(index.indclass) as used (opclass)
          join pg_opclass as class on class.oid = used.opclass
          join pg_amop as operator on operator.amopfamily = class.opcfamily
            and operator.amoplefttype = class.opcintype and operator.amoprighttype = class.opcintype
          join pg_operator as compared on compared.oid = operator.amopopr
          join pg_proc as function on function.oid = compared.oprcode
          where method.amname = 'btree' and operator.amopstrategy = 3 and not function.proleakproof))
    order by 1`);

  expect(rows.map(({ index }) => index)).toEqual([
    // Used by private.find_customers(), which filters by the tenant itself.
    "shared.customers_search_terms_idx",
  ]);
});

test("estimates do not reveal which values are frequent in another tenant", async () => {
  const estimate = async (name: string) => {
    const sql = `select * from shared.customers where last_name = '${name}'`;
    return (await planOf(member("a", "manager"), sql))["Plan Rows"];
  };

  expect(await estimate("Frequent")).toBe(await estimate("Nowhere"));
  await client.query("alter table shared.customers alter column last_name set statistics 100");
  await client.query("analyze shared.customers");
  // Control: with statistics the planner reveals it.
  expect(await estimate("Frequent")).toBeGreaterThan(await estimate("Nowhere"));
});
