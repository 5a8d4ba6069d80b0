import type { Client } from "pg";

export const tenantRoles = ["admin", "manager", "employee", "user"] as const;
export type TenantRole = (typeof tenantRoles)[number];

export type TenantLetter = "a" | "b";

/** Returns a readable id. Ids begin with the tenant's letter and contain the kind of object. */
export function idOf(tenant: TenantLetter | "f", kind: number, ordinal = 0): string {
  return `${tenant.repeat(8)}-${String(kind).padStart(4, "0")}-4000-8000-${String(ordinal).padStart(12, "0")}`;
}

export const tenantId = (tenant: TenantLetter): string => idOf(tenant, 0);
export const userId = (tenant: TenantLetter, role: TenantRole): string =>
  idOf(tenant, 1, tenantRoles.indexOf(role));

/** A user who signed up and belongs to no tenant. */
export const outsiderId = idOf("f", 1);

export const buckets = ["avatars", "documents", "attachments"] as const;

/**
 * Creates two tenants with one user per role, and rows in every table; tenant b has one more row of everything, so that counts differ
 * between the tenants. Both are open around the clock, so that no test depends on when it runs.
 *
 * @param client `postgres`
 */
export async function seedWorld(client: Client): Promise<void> {
  await client.query("insert into auth.users (id, email) values ($1, 'outsider@example.com')", [outsiderId]);
  await seedTenant(client, "a", "home_services", { rowCount: 2 });
  await seedTenant(client, "b", "restaurants", { rowCount: 3 });
}

const momentOfEachPartition = `
  select date_trunc('month', now(), 'UTC') + make_interval(months => months) as moment
  from generate_series(0, 3) as months
  union all select timestamptz '1990-01-01 00:00Z'
`;

async function seedTenant(
  client: Client,
  tenant: TenantLetter,
  industry: string,
  { rowCount }: { readonly rowCount: number },
): Promise<void> {
  const id = tenantId(tenant);
  await client.query(
    `insert into shared.tenants (id, name, industry, subdomain, business_opens_at, business_closes_at)
     values ($1, $2, $3, $4, '00:00', '00:00')`,
    [id, `Tenant ${tenant}`, industry, `tenant-${tenant}`],
  );
  for (const role of tenantRoles) {
    const user = userId(tenant, role);
    const email = `${role}@${tenant}.example.com`;
    await client.query("insert into auth.users (id, email) values ($1, $2)", [user, email]);
    await client.query(
      "insert into shared.users (id, tenant_id, email, role, first_name) values ($1, $2, $3, $4::text, $4::text)",
      [user, id, email, role],
    );
    await client.query(
      "insert into shared.presence (tenant_id, id, user_id, channel) values ($1, $2, $2, 'lobby')",
      [id, user],
    );
  }
  for (let ordinal = 0; ordinal < rowCount; ordinal++) await seedRows(client, tenant, ordinal);

  // One in every partition, including the default one.
  await client.query(
    `insert into shared.metrics (tenant_id, metric_name, metric_value, "timestamp")
     select $1, 'sample_' || n, n, moment
     from generate_series(1, $2) as n, (${momentOfEachPartition}) as moments`,
    [id, rowCount],
  );
  await client.query(
    `insert into audit.entries (tenant_id, occurred_at, table_schema, table_name, operation, actor_role)
     select $1, moment, 'shared', 'customers', 'insert', 'postgres' from (${momentOfEachPartition}) as moments`,
    [id],
  );
  await client.query(
    `insert into private.ddl_log (occurred_at, session_role, tag)
     select moment, 'postgres', 'CREATE TABLE' from (${momentOfEachPartition}) as moments`,
  );
  for (const bucket of buckets) {
    await client.query("insert into storage.objects (id, bucket_id, name) values ($1, $2, $3)", [
      idOf(tenant, 20 + buckets.indexOf(bucket)),
      bucket,
      `${id}/folder/file.png`,
    ]);
  }
}

async function seedRows(client: Client, tenant: TenantLetter, ordinal: number): Promise<void> {
  const id = tenantId(tenant);
  const customer = idOf(tenant, 2, ordinal);
  const technician = userId(tenant, "employee");
  const vehicle = idOf(tenant, 5, ordinal);
  // The first customer of each tenant is a restricted one.
  await client.query(
    `insert into shared.customers (tenant_id, id, email, first_name, last_name, pii_restricted)
     values ($1, $2, $3, 'Customer', $4, $5)`,
    [id, customer, `customer${ordinal}@${tenant}.example.com`, `Number ${ordinal}`, ordinal === 0],
  );
  await client.query(
    `insert into home_services.work_orders (tenant_id, id, customer_id, technician_id, service_type)
     values ($1, $2, $3, $4, 'repair')`,
    [id, idOf(tenant, 3, ordinal), customer, technician],
  );
  await client.query(
    "insert into restaurants.orders (tenant_id, id, customer_id, total_amount) values ($1, $2, $3, 10)",
    [id, idOf(tenant, 4, ordinal), customer],
  );
  await client.query(
    "insert into automotive.vehicles (tenant_id, id, customer_id, make, model) values ($1, $2, $3, 'Make', 'Model')",
    [id, vehicle, customer],
  );
  await client.query(
    `insert into automotive.repair_orders (tenant_id, id, vehicle_id, technician_id, description)
     values ($1, $2, $3, $4, 'brakes')`,
    [id, idOf(tenant, 6, ordinal), vehicle, technician],
  );
  await client.query(
    "insert into retail.products (tenant_id, id, sku, name, price) values ($1, $2, $3, 'Product', 5)",
    [id, idOf(tenant, 7, ordinal), `sku-${ordinal}`],
  );
  await client.query(
    "insert into retail.orders (tenant_id, id, customer_id, total_amount) values ($1, $2, $3, 20)",
    [id, idOf(tenant, 8, ordinal), customer],
  );
  await client.query("select private.create_recovery_checkpoint($1)", [`before ${tenant} ${ordinal}`]);
}
