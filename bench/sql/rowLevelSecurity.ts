// Measures the cost of row-level security for a tenant's queries: 1,000 tenants with 1,000 work orders and 200 customers each.
// Compares it with the same filter, indexes and role without row-level security, and with the guide's policies. Prints one line
// of JSON per query and writes the plans to bench/sql/plans/. Run: npx tsx bench/sql/rowLevelSecurity.ts [tenants]
import type { Client } from "pg";
import { startBundledDatabase } from "../../tests/sql/support/database";
import { interleaved, keepPlans, planOf, report, timed } from "./support";

const tenants = Number(process.argv[2] ?? 1000);
const rounds = 201;
const tenant = "00000000-0000-4000-8000-000000000007";
/** Members of the tenant, by their role. */
const people = {
  manager: "00000000-0001-4000-8000-000000000007",
  employee: "00000000-0004-4000-8000-000000000001",
  user: "00000000-0004-4000-8000-000000000002",
} as const;
const targets = { overPlain: 1.15, overPlainMilliseconds: 0.15, underGuide: 500, underGuideWithIndexes: 20 };

const id = (kind: number, expression: string): string =>
  `('00000000-${String(kind).padStart(4, "0")}-4000-8000-' || lpad(to_hex(${expression}), 12, '0'))::uuid`;

/**
 * Loads rows without triggers and foreign keys, with the tenants interleaved as in real use: customer and work order number n
 * belong to tenant n % tenants + 1, and so does the customer of an order.
 */
async function load(admin: Client): Promise<void> {
  await admin.query(`
    set session_replication_role = replica;
    insert into shared.tenants (id, name, industry, subdomain)
      select ${id(0, "t")}, 'Tenant', 'home_services', 'tenant-' || t from generate_series(1, ${tenants}) as t;
    insert into auth.users (id, email) select ${id(1, "t")}, 'u' || t || '@example.com' from generate_series(1, ${tenants}) as t;
    insert into shared.users (id, tenant_id, email, role)
      select ${id(1, "t")}, ${id(0, "t")}, 'u' || t || '@example.com', 'manager' from generate_series(1, ${tenants}) as t;
    insert into auth.users (id, email) values
      ('${people.employee}', 'employee@example.com'), ('${people.user}', 'user@example.com');
    insert into shared.users (id, tenant_id, email, role) values
      ('${people.employee}', '${tenant}', 'employee@example.com', 'employee'),
      ('${people.user}', '${tenant}', 'user@example.com', 'user');
    insert into shared.customers (tenant_id, id, first_name, last_name, created_at)
      select ${id(0, `n % ${tenants} + 1`)}, ${id(2, "n")}, 'First', 'Last ' || n, now() - n * interval '1 second'
      from generate_series(1, ${tenants * 200}) as n;
    insert into home_services.work_orders (tenant_id, id, customer_id, service_type, status, created_at)
      select ${id(0, `n % ${tenants} + 1`)}, ${id(3, "n")}, ${id(2, `n % ${tenants} + ${tenants} * (n % 199 + 1)`)},
        'repair', (array['pending', 'scheduled', 'completed'])[n % 3 + 1], now() - n * interval '1 second'
      from generate_series(1, ${tenants * 1000}) as n`);

  // The same rows: without row-level security, with the isolation policy only, and with the guide's schema.
  for (const schema of ["plain", "isolated"]) {
    await admin.query(`
      create schema ${schema};
      create table ${schema}.customers (like shared.customers including all);
      create table ${schema}.work_orders (like home_services.work_orders including all);
      insert into ${schema}.customers select * from shared.customers;
      insert into ${schema}.work_orders select * from home_services.work_orders`);
  }
  await admin.query(`
    create schema guide;
    create function guide.get_current_tenant_id() returns uuid as $$
    begin
      return coalesce(
        (nullif(current_setting('app.current_tenant_id', true), ''))::uuid,
        (auth.jwt() ->> 'tenant_id')::uuid
      );
    end;
    $$ language plpgsql security definer;
    create table guide.customers (like shared.customers including defaults);
    create table guide.work_orders (like home_services.work_orders including defaults);
    alter table guide.customers add primary key (id);
    alter table guide.work_orders add primary key (id);
    insert into guide.customers select * from shared.customers;
    insert into guide.work_orders select * from home_services.work_orders`);
  for (const table of ["customers", "work_orders"]) {
    await admin.query(`
      alter table isolated.${table} enable row level security;
      create policy tenant_isolation on isolated.${table} to authenticated
        using (tenant_id = (select private.get_current_tenant_id()));
      alter table guide.${table} enable row level security;
      create policy tenant on guide.${table} using (tenant_id = guide.get_current_tenant_id())`);
  }
  await admin.query(`
    grant usage on schema plain, isolated, guide to authenticated;
    grant select on all tables in schema plain, isolated, guide to authenticated`);
  for (const table of ["shared.customers", "home_services.work_orders", "shared.users", "shared.tenants"]) {
    await admin.query(`vacuum (freeze, analyze) ${table}`);
  }
  for (const schema of ["plain", "isolated", "guide"]) {
    await admin.query(`vacuum (freeze, analyze) ${schema}.customers`);
    await admin.query(`vacuum (freeze, analyze) ${schema}.work_orders`);
  }
}

type Tables = Readonly<Record<"orders" | "customers" | "where" | "and", string>>;

const variants: Readonly<Record<string, Tables>> = {
  full: { orders: "home_services.work_orders", customers: "shared.customers", where: "", and: "" },
  isolated: { orders: "isolated.work_orders", customers: "isolated.customers", where: "", and: "" },
  plain: {
    orders: "plain.work_orders",
    customers: "plain.customers",
    where: `where w.tenant_id = '${tenant}'`,
    and: `and w.tenant_id = '${tenant}' and c.tenant_id = '${tenant}'`,
  },
  guide: { orders: "guide.work_orders", customers: "guide.customers", where: "", and: "" },
};

const orderOfTenant = `00000000-0003-4000-8000-${(6).toString(16).padStart(12, "0")}`;

const queries: Readonly<Record<string, (of: Tables) => string>> = {
  "by key": ({ orders, where }) =>
    `select * from ${orders} as w ${where === "" ? "where" : `${where} and`} w.id = '${orderOfTenant}'`,
  "list of 50": ({ orders, where }) =>
    `select * from ${orders} as w ${where} order by created_at desc limit 50`,
  count: ({ orders, where }) => `select count(*) from ${orders} as w ${where}`,
  join: ({ orders, customers, and }) =>
    `select w.id, c.last_name from ${orders} as w join ${customers} as c on c.tenant_id = w.tenant_id and c.id = w.customer_id ${and}`,
  aggregate: ({ orders, where }) =>
    `select status, count(*), max(created_at) from ${orders} as w ${where} group by status`,
};

async function actAs(client: Client, role: keyof typeof people): Promise<void> {
  await client.query("reset role");
  await client.query("select set_config('request.jwt.claims', $1, false)", [
    JSON.stringify({ sub: people[role], role: "authenticated", tenant_id: tenant, aal: "aal2" }),
  ]);
  await client.query("set role authenticated");
}

/** Hours of the tenant, whose time zone is UTC, as assignments for an update. */
const hours = {
  inside: "business_opens_at = '00:00', business_closes_at = '00:00'",
  outside:
    "business_opens_at = (now() at time zone 'UTC' + interval '6 hours')::time(0), business_closes_at = (now() at time zone 'UTC' + interval '7 hours')::time(0)",
} as const;

/**
 * Compares all policies of the tables with none, for each role, inside and outside of business hours. A role that may not see the
 * rows gets none, which must not take longer than getting them. Returns the plans.
 */
async function compareRoles(client: Client, admin: Client): Promise<Record<string, string>> {
  const plans: Record<string, string> = {};
  for (const [when, assignments] of Object.entries(hours)) {
    await admin.query(`update shared.tenants set time_zone = 'UTC', ${assignments} where id = '${tenant}'`);
    for (const role of Object.keys(people) as (keyof typeof people)[]) {
      await actAs(client, role);
      for (const [name, query] of Object.entries(queries)) {
        const of = (variant: string): string => query(variants[variant] as Tables);
        plans[`${name}, ${role}, ${when} business hours`] = await planOf(client, of("full"));
        const { full = Number.NaN, plain = Number.NaN } = await interleaved(
          { full: () => client.query(of("full")), plain: () => client.query(of("plain")) },
          rounds,
        );
        report({
          bench: "rowLevelSecurity",
          query: name,
          role,
          hours: when,
          plainMilliseconds: plain,
          fullMilliseconds: full,
          fullRatio: full / plain,
          fullMore: full - plain,
          targets,
        });
      }
    }
  }
  return plans;
}

async function main(): Promise<void> {
  const database = await startBundledDatabase();
  try {
    const client = database.postgres;
    const admin = await database.cluster.client("supabase_admin");
    console.error(`loading ${tenants * 1000} work orders of ${tenants} tenants`);
    await load(admin);
    await actAs(client, "manager");

    const guideMilliseconds: Record<string, number> = {};
    const plans: Record<string, string> = {};
    const medians: Record<string, Record<string, number>> = {};
    for (const [name, query] of Object.entries(queries)) {
      const of = (variant: string): string => query(variants[variant] as Tables);
      for (const variant of ["full", "isolated", "plain"]) {
        plans[`${name}, ${variant}`] = await planOf(client, of(variant));
      }
      medians[name] = await interleaved(
        {
          full: () => client.query(of("full")),
          isolated: () => client.query(of("isolated")),
          plain: () => client.query(of("plain")),
        },
        rounds,
      );
      guideMilliseconds[name] = await timed(() => client.query(of("guide")));
    }

    // The guide's policies with our indexes.
    await admin.query(`
      create index on guide.work_orders (tenant_id, id);
      create index on guide.work_orders (tenant_id, created_at desc);
      create index on guide.work_orders (tenant_id, customer_id);
      create index on guide.customers (tenant_id, id)`);
    await admin.query("analyze guide.work_orders");
    for (const [name, query] of Object.entries(queries)) {
      const sql = query(variants.guide as Tables);
      const indexed = await timed(() => client.query(sql));
      plans[`${name}, guide with indexes`] = await planOf(client, sql);
      const { full, isolated, plain } = medians[name] as { full: number; isolated: number; plain: number };
      report({
        bench: "rowLevelSecurity",
        query: name,
        plainMilliseconds: plain,
        isolatedMilliseconds: isolated,
        fullMilliseconds: full,
        isolatedRatio: isolated / plain,
        fullRatio: full / plain,
        isolatedMore: isolated - plain,
        fullMore: full - plain,
        guideRatio: (guideMilliseconds[name] ?? Number.NaN) / full,
        guideWithIndexesRatio: indexed / full,
        targets,
      });
    }
    Object.assign(plans, await compareRoles(client, admin));
    keepPlans("rowLevelSecurity", plans);
  } finally {
    await database.remove();
  }
}

void main();
