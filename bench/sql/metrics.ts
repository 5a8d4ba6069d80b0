// Compares the metrics job for 10,000 tenants with the guide's loop, unchanged and with our indexes. Prints one line of JSON. The
// unchanged loop takes long, so it runs for some of the tenants and is extrapolated, which makes it look faster.
// Run: npx tsx bench/sql/metrics.ts [tenants]
import { startBundledDatabase } from "../../tests/sql/support/database";
import { interleaved, report, timed } from "./support";

const tenants = Number(process.argv[2] ?? 10_000);
const share = 20;
const targets = { underGuide: 1000, underGuideWithIndexes: 3 };

/** Returns the guide's collect_business_metrics() for some tenants, with its own names and statements. */
const guideLoop = (schema: string, metrics: string): string => `
  create function ${schema}.collect_business_metrics(maximum integer) returns void as $$
  declare
    tenant_rec record;
    metric_value numeric;
  begin
    for tenant_rec in select id, industry from shared.tenants limit maximum loop
      if tenant_rec.industry = 'home_services' then
        select count(*) into metric_value from ${schema}.work_orders
        where tenant_id = tenant_rec.id and created_at >= now() - interval '24 hours';
        insert into ${metrics} (tenant_id, metric_name, metric_value)
        values (tenant_rec.id, 'daily_work_orders', metric_value);
      end if;
      select count(*) into metric_value from ${schema}.customers
      where tenant_id = tenant_rec.id and created_at >= now() - interval '24 hours';
      insert into ${metrics} (tenant_id, metric_name, metric_value)
      values (tenant_rec.id, 'daily_new_customers', metric_value);
    end loop;
  end;
  $$ language plpgsql`;

async function main(): Promise<void> {
  const database = await startBundledDatabase();
  try {
    const client = database.postgres;
    const admin = await database.cluster.client("supabase_admin");
    console.error(`loading ${tenants} tenants with 100 work orders and 20 customers each`);
    await admin.query(`
      set session_replication_role = replica;
      insert into shared.tenants (name, industry, subdomain)
        select 'Tenant', 'home_services', 'tenant-' || t from generate_series(1, ${tenants}) as t;
      insert into shared.customers (tenant_id, first_name, last_name, created_at)
        select id, 'First', 'Last', now() - (20 - n) * interval '12 hours' from generate_series(1, 20) as n, shared.tenants;
      insert into home_services.work_orders (tenant_id, customer_id, service_type, created_at)
        select id, id, 'repair', now() - (100 - n) * interval '12 hours' from generate_series(1, 100) as n, shared.tenants;
      create schema guide;
      create schema indexed;
      create table guide.metrics (id uuid primary key default gen_random_uuid(), tenant_id uuid, metric_name text, metric_value numeric);
      create table guide.customers as select * from shared.customers;
      create table guide.work_orders as select * from home_services.work_orders;
      create view indexed.customers as select * from shared.customers;
      create view indexed.work_orders as select * from home_services.work_orders;
      ${guideLoop("guide", "guide.metrics")};
      ${guideLoop("indexed", "shared.metrics")};
      grant all on schema guide, indexed to postgres;
      grant all on all tables in schema guide, indexed to postgres`);
    for (const table of [
      "shared.tenants",
      "shared.customers",
      "home_services.work_orders",
      "guide.customers",
      "guide.work_orders",
    ]) {
      await admin.query(`vacuum analyze ${table}`);
    }

    const inTransaction = (sql: string) => async (): Promise<void> => {
      await client.query("begin");
      await client.query(sql);
      await client.query("rollback");
    };
    const medians = await interleaved(
      {
        job: inTransaction("select private.collect_business_metrics()"),
        indexed: inTransaction(`select indexed.collect_business_metrics(${tenants})`),
      },
      11,
      // Removes the dead rows of the rollback, which would slow down the next round.
      () => admin.query("vacuum shared.metrics"),
    );
    const guide =
      (await timed(inTransaction(`select guide.collect_business_metrics(${share})`))) * (tenants / share);
    const { job = 0, indexed = 0 } = medians;
    report({
      bench: "metrics",
      tenants,
      jobMilliseconds: job,
      guideMilliseconds: guide,
      guideWithIndexesMilliseconds: indexed,
      guideRatio: guide / job,
      guideWithIndexesRatio: indexed / job,
      targets,
    });
  } finally {
    await database.remove();
  }
}

void main();
