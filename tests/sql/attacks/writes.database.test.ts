import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, as, attempt, claimsOf, member } from "../support/actors";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { idOf, outsiderId, seedWorld, tenantId, userId } from "../support/world";
import { installGuide } from "./guide";

let database: BundledDatabase;
const manager = member("a", "manager");
const refusedByPolicy = { code: "42501", message: expect.stringContaining("row-level security") };
const ownCustomer = idOf("a", 2, 1);
const foreignCustomer = idOf("b", 2, 1);

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  await installGuide(database.postgres);
  // A copy with the guide's names, whose policies do not check what is written.
  await database.postgres.query(`
    create schema weakened;
    grant usage on schema weakened to authenticated, service_role;
    create table weakened.customers (like shared.customers including all);
    insert into weakened.customers select * from shared.customers;
    alter table weakened.customers enable row level security;
    create policy tenant_isolation on weakened.customers to authenticated
      using (tenant_id = (select private.get_current_tenant_id())) with check (true);
    grant select, insert, update, delete on weakened.customers to authenticated, service_role;
  `);
});

afterAll(async () => await database.remove());

const attemptAs = async (actor: Actor, sql: string, values: unknown[] = []) =>
  await as(database, actor, async (client) => await attempt(client, sql, values));

describe("moving a row to another tenant", () => {
  const move = (table: string): string =>
    `update ${table} set tenant_id = '${tenantId("b")}' where id = '${ownCustomer}'`;

  test("is refused", async () => {
    expect(await attemptAs(manager, move("shared.customers"))).toEqual({
      code: "23000",
      message: "a row of shared.customers may change neither its tenant nor its id",
    });
  });

  test("is refused for the service role too", async () => {
    const service = { name: "service_role", role: "service_role" };

    expect(await attemptAs(service, move("shared.customers"))).toMatchObject({ code: "23000" });
  });

  test("control: works without a check in the policy and without a trigger", async () => {
    const moveAll = `update weakened.customers set tenant_id = '${tenantId("b")}'`;
    const service = { name: "service_role", role: "service_role" };
    await database.postgres.query("delete from weakened.customers where tenant_id = $1", [tenantId("b")]);

    expect(await attemptAs(manager, moveAll)).toEqual({ rows: 2 });
    expect(await attemptAs(service, move("weakened.customers"))).toEqual({ rows: 1 });
  });
});

describe("inserting for another tenant", () => {
  const insert = (table: string): string =>
    `insert into ${table} (tenant_id, first_name, last_name) values ('${tenantId("b")}', 'Trojan', 'Horse')`;

  test("is refused", async () => {
    expect(await attemptAs(manager, insert("shared.customers"))).toMatchObject(refusedByPolicy);
  });

  test("control: works without a check in the policy", async () => {
    expect(await attemptAs(manager, insert("weakened.customers"))).toEqual({ rows: 1 });
  });
});

describe("upsert over another tenant's row", () => {
  const upsert = (table: string, tenant: string): string =>
    `insert into ${table} (tenant_id, id, first_name, last_name)
     values ('${tenant}', '${foreignCustomer}', 'Over', 'Written')
     on conflict (tenant_id, id) do update set first_name = excluded.first_name`;

  test("is refused", async () => {
    expect(await attemptAs(manager, upsert("shared.customers", tenantId("b")))).toMatchObject(
      refusedByPolicy,
    );
  });

  test("with the caller's tenant id, creates a row of the caller's tenant and leaves the other row", async () => {
    const seen = await as(database, manager, async (client) => {
      await client.query(upsert("shared.customers", tenantId("a")));
      await client.query("reset role");
      const { rows } = await client.query(
        "select tenant_id, first_name from shared.customers where id = $1 order by tenant_id",
        [foreignCustomer],
      );
      return rows;
    });

    expect(seen).toEqual([
      { tenant_id: tenantId("a"), first_name: "Over" },
      { tenant_id: tenantId("b"), first_name: "Customer" },
    ]);
  });

  test("control: with a key of only the id, the conflict reveals that the id exists", async () => {
    const outcome = await attemptAs(
      manager,
      `insert into guide.customers (id, tenant_id, first_name, last_name)
       values ('${foreignCustomer}', '${tenantId("a")}', 'x', 'y')`,
    );

    expect(outcome).toMatchObject({ code: "23505" });
  });
});

describe("merge, returning and copy", () => {
  test("a merge changes no row of another tenant", async () => {
    const merge = (id: string): string =>
      `merge into shared.customers as c using (values ('${id}'::uuid)) as wanted (id) on c.id = wanted.id
       when matched then update set first_name = 'Merged' when not matched then do nothing`;

    expect(await attemptAs(manager, merge(foreignCustomer))).toEqual({ rows: 0 });
    // Control: an own row.
    expect(await attemptAs(manager, merge(ownCustomer))).toEqual({ rows: 1 });
  });

  test("an update by id of another tenant's row returns nothing", async () => {
    const outcome = await attemptAs(
      manager,
      "update shared.customers set first_name = 'Mine' where id = $1 returning *",
      [foreignCustomer],
    );

    expect(outcome).toEqual({ rows: 0 });
  });

  test("control: an update by id of the tenant's own row returns it", async () => {
    const outcome = await attemptAs(
      manager,
      "update shared.customers set first_name = 'Mine' where id = $1 returning *",
      [ownCustomer],
    );

    expect(outcome).toEqual({ rows: 1 });
  });

  test("copy from is refused under row-level security", async () => {
    expect(await attemptAs(manager, "copy shared.customers from stdin")).toMatchObject({ code: "0A000" });
  });
});

describe("a foreign key to another tenant's row", () => {
  const order = (table: string, customer: string): string =>
    table === "guide.work_orders"
      ? `insert into guide.work_orders (tenant_id, customer_id) values ('${tenantId("a")}', '${customer}')`
      : `insert into ${table} (tenant_id, customer_id, service_type) values ('${tenantId("a")}', '${customer}', 'x')`;
  const nowhere = "00000000-0000-4000-8000-000000000000";

  test("is refused with the same message as for a row that does not exist", async () => {
    const foreign = await attemptAs(manager, order("home_services.work_orders", foreignCustomer));
    const missing = await attemptAs(manager, order("home_services.work_orders", nowhere));

    expect(foreign).toMatchObject({ code: "23503" });
    expect(foreign).toEqual(missing);
  });

  test("control: the tenant's own customer is accepted, and the guide accepts any customer", async () => {
    expect(await attemptAs(manager, order("home_services.work_orders", ownCustomer))).toEqual({ rows: 1 });
    expect(await attemptAs(manager, order("guide.work_orders", foreignCustomer))).toEqual({ rows: 1 });
  });

  test("every foreign key of a tenant's table includes the tenant", async () => {
    const { rows } = await database.postgres.query<{ key: string }>(`
      select conrelid::regclass || ' ' || conname as key
      from pg_constraint
      where contype = 'f'
        and connamespace::regnamespace::text in ('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit')
        and confrelid not in ('shared.tenants'::regclass, 'auth.users'::regclass)
        and not exists (
          select from unnest(conkey) with ordinality as own (attnum, position)
          join unnest(confkey) with ordinality as other (attnum, position) using (position)
          join pg_attribute as a on a.attrelid = conrelid and a.attnum = own.attnum
          join pg_attribute as b on b.attrelid = confrelid and b.attnum = other.attnum
          where a.attname = 'tenant_id' and b.attname = 'tenant_id'
        )`);

    expect(rows).toEqual([]);
  });
});

describe("privilege escalation through users.role", () => {
  const me = userId("a", "user");
  const attempts: [string, Actor, string][] = [
    ["own role", member("a", "user"), `update shared.users set role = 'admin' where id = '${me}'`],
    [
      "own role, with or without second factor",
      member("a", "manager"),
      "update shared.users set role = 'admin'",
    ],
    [
      "reverting their own suspension",
      member("a", "user"),
      `update shared.users set disabled_at = now() where id = '${me}'`,
    ],
  ];

  test.each(attempts)("%s", async (_what, actor, sql) => {
    expect(await attemptAs(actor, sql)).toMatchObject(refusedByPolicy);
  });

  test("a colleague's row cannot be changed", async () => {
    expect(
      await attemptAs(member("a", "employee"), `update shared.users set first_name = 'x' where id = '${me}'`),
    ).toEqual({ rows: 0 });
  });

  test.each([
    ["id", `update shared.users set id = '${outsiderId}'`],
    ["tenant", `update shared.users set tenant_id = '${tenantId("b")}'`],
    ["email", "update shared.users set email = 'boss@a.example.com'"],
    [
      "a new membership",
      `insert into shared.users (id, tenant_id, email, role) values ('${outsiderId}', '${tenantId("a")}', 'x@y.zz', 'admin')`,
    ],
  ])("no privilege to write: %s", async (_what, sql) => {
    expect(await attemptAs(member("a", "admin"), sql)).toEqual({
      code: "42501",
      message: "permission denied for table users",
    });
  });

  test("control: a user may change their own first name, and an admin with a second factor may promote", async () => {
    expect(await attemptAs(member("a", "user"), "update shared.users set first_name = 'New'")).toEqual({
      rows: 1,
    });
    expect(
      await attemptAs(member("a", "admin"), `update shared.users set role = 'manager' where id = '${me}'`),
    ).toEqual({ rows: 1 });
  });

  test("control: the guide lets any user promote any", async () => {
    expect(await attemptAs(member("a", "user"), "update guide.users set role = 'admin'")).toEqual({
      rows: 4,
    });
  });

  test("an admin without a second factor may not promote", async () => {
    const oneFactor: Actor = { ...member("a", "admin"), claims: claimsOf("a", "admin", "aal1") };

    expect(await attemptAs(oneFactor, `update shared.users set role = 'manager' where id = '${me}'`)).toEqual(
      {
        rows: 0,
      },
    );
  });
});

describe("unique columns as oracles", () => {
  const signUp = async (
    client: Client,
    table: string,
    tenant: "a" | "b",
    { email }: { readonly email: string },
  ) => {
    const id = crypto.randomUUID();
    await client.query("insert into auth.users (id, email) values ($1, $2)", [id, `${id}@example.com`]);
    return await attempt(client, `insert into ${table} (id, tenant_id, email) values ($1, $2, $3)`, [
      id,
      tenantId(tenant),
      email,
    ]);
  };

  test("an email of another tenant can be used; one of the same tenant cannot, in upper or lower case", async () => {
    const postgres: Actor = { name: "postgres", role: "service_role" };
    await as(database, postgres, async (client) => {
      await client.query("reset role");
      expect(await signUp(client, "shared.users", "a", { email: "admin@b.example.com" })).toEqual({
        rows: 1,
      });
      expect(await signUp(client, "shared.users", "a", { email: "ADMIN@a.example.com" })).toMatchObject({
        code: "23505",
      });
      // Control: the guide's email is unique in the world.
      expect(await signUp(client, "guide.users", "a", { email: "admin@b.example.com" })).toMatchObject({
        code: "23505",
      });
    });
  });

  test("every unique index of a tenant's table begins with the tenant; exceptions are listed", async () => {
    const { rows } = await database.postgres.query<{ name: string }>(`
      select i.indexrelid::regclass::text as name
      from pg_index as i
      join pg_class as c on c.oid = i.indrelid
      join pg_attribute as first on first.attrelid = i.indrelid and first.attnum = i.indkey[0]
      where i.indisunique
        and not c.relispartition
        and c.relnamespace::regnamespace::text in ('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit')
        and first.attname <> 'tenant_id'
      order by 1`);

    expect(rows.map((row) => row.name)).toEqual([
      // Data of operators only.
      "shared.recovery_checkpoints_pkey",
      // Not writable by any API role: id is generated, subdomain is global by nature.
      "shared.tenants_pkey",
      "shared.tenants_subdomain_key",
      // The person of auth.users; no API role inserts or changes it.
      "shared.users_pkey",
    ]);
  });

  test("subdomain: an admin cannot probe for one", async () => {
    expect(await attemptAs(member("a", "admin"), "update shared.tenants set subdomain = 'tenant-b'")).toEqual(
      {
        code: "42501",
        message: "permission denied for table tenants",
      },
    );
  });
});
