import fc from "fast-check";
import type { Client } from "pg";
import { outsiderId, tenantRoles } from "../support/world";

export interface RandomUser {
  readonly role: (typeof tenantRoles)[number];
  readonly disabled: boolean;
}

export interface RandomTenant {
  readonly users: readonly RandomUser[];
  /** One per customer: whether it is restricted. Every customer has a row in each other table. */
  readonly customers: readonly boolean[];
}

export const randomTenants = fc.array(
  fc.record<RandomTenant>({
    users: fc.array(
      fc.record<RandomUser>({
        role: fc.constantFrom(...tenantRoles),
        disabled: fc.nat({ max: 9 }).map((n) => n === 9),
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    customers: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 2, maxLength: 4 },
);

/** Returns an id by position, so that a counterexample can be read. */
const id = (kind: number, tenant: number, ordinal: number): string =>
  `00000000-${String(kind).padStart(4, "0")}-4000-8${String(tenant).padStart(3, "0")}-${String(ordinal).padStart(12, "0")}`;
export const tenantIdAt = (tenant: number): string => id(0, tenant, 0);
export const userIdAt = (tenant: number, ordinal: number): string => id(1, tenant, ordinal);
/** Returns the id of a tenant's nth row, the same in every table. */
export const rowIdAt = (tenant: number, ordinal: number): string => id(2, tenant, ordinal);

/** The tables that statements use, with a column that every user might write. */
export const writableColumns = {
  "shared.customers": "last_name",
  "home_services.work_orders": "notes",
  "restaurants.orders": "payment_method",
  "automotive.vehicles": "make",
  "retail.products": "name",
  "retail.orders": "payment_method",
  "shared.users": "first_name",
  "shared.presence": "channel",
  "shared.tenants": "name",
} as const;
export type Table = keyof typeof writableColumns;
export const tables = Object.keys(writableColumns) as Table[];

/** Returns the column that holds the tenant. */
export const tenantColumn = (table: Table | "shared.audit_trail" | "shared.metrics"): string =>
  table === "shared.tenants" ? "id" : "tenant_id";

export async function makeWorld(client: Client, tenants: readonly RandomTenant[]): Promise<void> {
  await client.query("insert into auth.users (id, email) values ($1, 'outsider@example.com')", [outsiderId]);
  for (const [t, tenant] of tenants.entries()) {
    const tenantId = tenantIdAt(t);
    await client.query(
      "insert into shared.tenants (id, name, industry, subdomain) values ($1, 'T', 'retail', $2)",
      [tenantId, `tenant-${t}`],
    );
    for (const [u, user] of tenant.users.entries()) {
      const userId = userIdAt(t, u);
      await client.query("insert into auth.users (id, email) values ($1, $2)", [
        userId,
        `u${u}@t${t}.example.com`,
      ]);
      await client.query(
        `insert into shared.users (id, tenant_id, email, role, disabled_at)
         values ($1, $2, $3, $4, case when $5 then now() end)`,
        [userId, tenantId, `u${u}@t${t}.example.com`, user.role, user.disabled],
      );
      await client.query("insert into shared.presence (tenant_id, user_id, channel) values ($1, $2, 'x')", [
        tenantId,
        userId,
      ]);
    }
    for (const [c, restricted] of tenant.customers.entries()) {
      for (const insert of insertsOf(t, c)) await client.query(insert);
      await client.query("update shared.customers set pii_restricted = $1 where tenant_id = $2 and id = $3", [
        restricted,
        tenantId,
        rowIdAt(t, c),
      ]);
    }
  }
}

function insertsOf(tenant: number, ordinal: number): string[] {
  return (Object.keys(writableColumns) as Table[])
    .filter((table) => !["shared.users", "shared.presence", "shared.tenants"].includes(table))
    .map((table) =>
      insertInto(table, tenantIdAt(tenant), rowIdAt(tenant, ordinal), { other: rowIdAt(tenant, ordinal) }),
    );
}

/** Returns an insert of a row with this key, for a customer (or user) with that id of the same tenant. */
export function insertInto(
  table: Table,
  tenant: string,
  row: string,
  { other }: { readonly other: string },
): string {
  const columns: Record<Table, [names: string, values: string]> = {
    "shared.customers": ["first_name, last_name", "'First', 'Last'"],
    "home_services.work_orders": ["customer_id, service_type", `'${other}', 'repair'`],
    "restaurants.orders": ["customer_id", `'${other}'`],
    "automotive.vehicles": ["customer_id, make, model", `'${other}', 'Make', 'Model'`],
    "retail.products": ["sku, name, price", `'${row}', 'Product', 1`],
    "retail.orders": ["customer_id", `'${other}'`],
    "shared.users": ["email, role", `'${row}@example.com', 'admin'`],
    "shared.presence": ["user_id, channel", `'${other}', '${row}'`],
    "shared.tenants": ["name, industry, subdomain", `'T', 'retail', 't${row}'`],
  };
  const [names, values] = columns[table];
  return table === "shared.tenants"
    ? `insert into ${table} (id, ${names}) values ('${row}', ${values})`
    : `insert into ${table} (tenant_id, id, ${names}) values ('${tenant}', '${row}', ${values})`;
}
