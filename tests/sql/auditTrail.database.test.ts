import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { attempt, claimsOf } from "./support/actors";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { idOf, seedWorld, tenantId, userId } from "./support/world";

let database: BundledDatabase;
let client: Client;

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  client = database.postgres;
});
afterAll(async () => await database.remove());
beforeEach(async () => {
  await client.query("begin");
  await client.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(claimsOf("a", "manager")),
  ]);
  await client.query("set local role authenticated");
});
afterEach(async () => void (await client.query("rollback")));

/** Reads as the deployer, in the same transaction. */
async function read<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
  await client.query("reset role");
  const { rows } = await client.query<T>(sql, values);
  await client.query("set local role authenticated");
  return rows;
}

/** Reads the entries of this transaction: their timestamp is its start. */
const entries = () =>
  read(
    `select tenant_id, table_schema, table_name, operation, row_id, actor_id, actor_role, old_values, new_values
     from audit.entries where occurred_at = now() order by operation, row_id`,
  );

describe("audit trail", () => {
  const who = {
    tenant_id: tenantId("a"),
    table_schema: "shared",
    table_name: "customers",
    actor_id: userId("a", "manager"),
    actor_role: "authenticated",
  };

  test("an insert records the whole new row", async () => {
    await client.query(
      "insert into shared.customers (tenant_id, id, first_name, last_name) values ($1, $2, 'New', 'Customer')",
      [tenantId("a"), idOf("a", 2, 99)],
    );

    expect(await entries()).toEqual([
      {
        ...who,
        operation: "insert",
        row_id: idOf("a", 2, 99),
        old_values: null,
        new_values: expect.objectContaining({
          first_name: "New",
          last_name: "Customer",
          pii_restricted: false,
        }),
      },
    ]);
  });

  test("an update records the changed columns, before and after", async () => {
    await client.query(
      "update shared.customers set first_name = 'Renamed', phone = '+41 44 000 00 00' where id = $1",
      [idOf("a", 2, 1)],
    );

    expect(await entries()).toEqual([
      {
        ...who,
        operation: "update",
        row_id: idOf("a", 2, 1),
        old_values: { first_name: "Customer", phone: null },
        new_values: { first_name: "Renamed", phone: "+41 44 000 00 00" },
      },
    ]);
  });

  test("a delete records the whole old row", async () => {
    await client.query("delete from retail.products where id = $1", [idOf("a", 7, 0)]);

    expect(await entries()).toEqual([
      {
        ...who,
        table_schema: "retail",
        table_name: "products",
        operation: "delete",
        row_id: idOf("a", 7, 0),
        old_values: expect.objectContaining({ sku: "sku-0", price: 5 }),
        new_values: null,
      },
    ]);
  });

  test("an update that changes nothing is not recorded", async () => {
    await client.query("update shared.customers set first_name = first_name");

    expect(await entries()).toEqual([]);
  });

  test("an operator's change of a tenant's own row is recorded for the tenant", async () => {
    await client.query("reset role");
    await client.query("select set_config('request.jwt.claims', '', true)");
    await client.query("update shared.tenants set name = 'Renamed' where id = $1", [tenantId("a")]);

    expect(await entries()).toEqual([
      {
        tenant_id: tenantId("a"),
        table_schema: "shared",
        table_name: "tenants",
        operation: "update",
        row_id: tenantId("a"),
        actor_id: null,
        actor_role: "postgres",
        old_values: { name: "Tenant a" },
        new_values: { name: "Renamed" },
      },
    ]);
  });

  test.each([
    "update audit.entries set actor_role = 'nobody'",
    "delete from audit.entries",
    "truncate audit.entries",
  ])("is append-only for postgres and for the owner: %s", async (sql) => {
    for (const role of ["postgres", "app_owner"]) {
      await client.query("reset role");
      await client.query(`set local role ${role}`);
      expect(await attempt(client, sql)).toEqual({
        code: "42501",
        message: `the audit trail is append-only: ${sql.split(" ")[0]} refused`,
      });
    }
  });

  test("a write that is rolled back leaves no entry", async () => {
    await client.query("savepoint write");
    await client.query("update shared.customers set first_name = 'Gone'");
    await client.query("rollback to savepoint write");

    expect(await entries()).toEqual([]);
  });
});
