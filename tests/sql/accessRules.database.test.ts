import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Actor, attempt, claimsOf, member } from "./support/actors";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { seedWorld, tenantId, tenantRoles, userId } from "./support/world";

let database: BundledDatabase;

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
});
afterAll(async () => await database.remove());
beforeEach(async () => void (await database.postgres.query("begin")));
afterEach(async () => void (await database.postgres.query("rollback")));

/** Returns the number of rows that the actor can access, inside the test's transaction. */
async function reach(actor: Actor, sql: string): Promise<number | string> {
  const client = database.postgres;
  await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(actor.claims)]);
  await client.query("set local role authenticated");
  const outcome = await attempt(client, sql);
  await client.query("reset role");
  return "rows" in outcome ? outcome.rows : outcome.code;
}

describe("business hours", () => {
  const employee = member("a", "employee");

  /** Opens the tenant from `opens` to `closes` hours relative to now, in its own zone. */
  async function openFor(opens: number, closes: number, zone = "UTC"): Promise<void> {
    await database.postgres.query(
      `update shared.tenants set
         time_zone = $2,
         business_opens_at = (now() at time zone $2 + make_interval(mins => $3))::time,
         business_closes_at = (now() at time zone $2 + make_interval(mins => $4))::time
       where id = $1`,
      [tenantId("a"), zone, Math.round(opens * 60), Math.round(closes * 60)],
    );
  }

  test.each<[string, number, number, number]>([
    ["open", -1, 1, 2],
    ["opens in an hour", 1, 2, 0],
    ["closed an hour ago", -2, -1, 0],
    ["opens now", 0, 1, 2],
    ["closes now", -1, 0, 0],
    ["open past midnight or not, closed for one hour around now", 0.5, -0.5, 0],
    ["open all day except for an hour that has passed", -1, -2, 2],
  ])("%s", async (_when, opens, closes, expected) => {
    await openFor(opens, closes);

    expect(await reach(employee, "select from home_services.work_orders")).toBe(expected);
  });

  test.each(["Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu"])(
    "in the tenant's zone: %s",
    async (zone) => {
      await openFor(-1, 1, zone);
      expect(await reach(employee, "select from home_services.work_orders")).toBe(2);

      // Control: the same hours on UTC's clock.
      await database.postgres.query("update shared.tenants set time_zone = 'UTC' where id = $1", [
        tenantId("a"),
      ]);
      expect(await reach(employee, "select from home_services.work_orders")).toBe(0);
    },
  );

  test("apply to employees and users, not to managers and admins", async () => {
    await openFor(1, 2);
    const counts: Record<string, number | string> = {};
    for (const role of tenantRoles) {
      counts[role] = await reach(member("a", role), "select from home_services.work_orders");
    }

    expect(counts).toEqual({ admin: 2, manager: 2, employee: 0, user: 0 });
  });

  test("are by default those of the guide: 6:00 to 22:59", async () => {
    const { rows } = await database.postgres.query(
      `insert into shared.tenants (name, industry, subdomain) values ('New', 'retail', 'new')
       returning business_opens_at, business_closes_at, time_zone`,
    );

    expect(rows).toEqual([
      { business_opens_at: "06:00:00", business_closes_at: "23:00:00", time_zone: "UTC" },
    ]);
  });
});

describe("sensitive customers", () => {
  test("an employee cannot see, create or mark one", async () => {
    const employee = member("a", "employee");

    expect(await reach(employee, "select from shared.customers where pii_restricted")).toBe(0);
    expect(
      await reach(
        employee,
        `insert into shared.customers (tenant_id, first_name, last_name, pii_restricted) values ('${tenantId("a")}', 'x', 'y', true)`,
      ),
    ).toBe("42501");
    expect(await reach(employee, "update shared.customers set pii_restricted = true")).toBe("42501");
    expect(await reach(employee, "update shared.customers set tags = '{vip}'")).toBe(1);
  });

  test("control: a manager can", async () => {
    const manager = member("a", "manager");

    expect(await reach(manager, "select from shared.customers where pii_restricted")).toBe(1);
    expect(await reach(manager, "update shared.customers set pii_restricted = true")).toBe(2);
  });
});

describe("second factor", () => {
  const admin = (aal: string): Actor => ({ ...member("a", "admin"), claims: claimsOf("a", "admin", aal) });
  const statements: [string, string, number][] = [
    ["changing the tenant", "update shared.tenants set name = 'New name'", 1],
    ["reading the audit trail", "select from shared.audit_trail where table_name = 'tenants'", 1],
    [
      "disabling a colleague",
      `update shared.users set disabled_at = now() where id = '${userId("a", "user")}'`,
      1,
    ],
    ["removing a colleague", `delete from shared.users where id = '${userId("a", "user")}'`, 1],
  ];

  test.each(statements)("%s requires it", async (_what, sql, rows) => {
    expect(await reach(admin("aal1"), sql)).toBe(0);
    expect(await reach(admin("aal2"), sql)).toBe(rows);
  });

  test("an admin's own profile does not require it", async () => {
    expect(
      await reach(
        admin("aal1"),
        `update shared.users set first_name = 'New' where id = '${userId("a", "admin")}'`,
      ),
    ).toBe(1);
  });
});

describe("input validation", () => {
  const customer = (columns: string, values: string): string =>
    `insert into shared.customers (tenant_id, first_name, last_name${columns}) values ('${tenantId("a")}', 'x', 'y'${values})`;

  test.each([
    [", email", ", 'no address'"],
    [", phone", ", 'call me'"],
    [", preferences", ", '[]'"],
    [", address", ", '\"street\"'"],
  ])("%s is refused: %s", async (column, value) => {
    expect(await reach(member("a", "manager"), customer(column, value))).toBe("23514");
  });

  test.each([
    ["a zone that does not exist", "update shared.tenants set time_zone = 'Mars/Olympus'", "22023"],
    ["a name without letters", "update shared.tenants set name = ''", "23514"],
    ["settings that are a list", "update shared.tenants set settings = '[]'", "23514"],
    ["a role that does not exist", "update shared.users set role = 'owner'", "23514"],
    ["an avatar that is a script", "update shared.users set avatar_url = 'javascript:alert(1)'", "23514"],
    ["a state that does not exist", "update home_services.work_orders set status = 'lost'", "23514"],
    ["a negative amount", "update restaurants.orders set total_amount = -1", "23514"],
    ["an amount that is not a number", "update restaurants.orders set total_amount = 'NaN'", "23514"],
    ["an infinite amount", "update restaurants.orders set total_amount = 'Infinity'", "22003"],
    ["a name of spaces", "update shared.customers set first_name = '   '", "23514"],
    ["items that are not a list", "update retail.orders set items = '{}'", "23514"],
    ["an infinite time of creation", "update shared.customers set created_at = 'infinity'", "23514"],
    [
      "an order that is scheduled at infinity",
      "update home_services.work_orders set scheduled_at = '-infinity'",
      "23514",
    ],
    [
      "settings of a megabyte",
      "update shared.tenants set settings = jsonb_build_object('a', repeat('x', 1000000))",
      "23514",
    ],
    [
      "a list of a megabyte",
      "update retail.orders set items = jsonb_build_array(repeat('x', 1000000))",
      "23514",
    ],
    ["a thousand tags", "update shared.customers set tags = array_fill('x'::text, array[1000])", "23514"],
    ["a vehicle with a future model year", "update automotive.vehicles set model_year = 9999", "23514"],
  ])("%s is refused", async (_what, sql, code) => {
    expect(await reach(member("a", "admin"), sql)).toBe(code);
  });

  test("control: well-formed values are accepted", async () => {
    expect(
      await reach(
        member("a", "manager"),
        customer(", email, phone", ", 'a.b+c@example.co.uk', '+41 44 668 18 00'"),
      ),
    ).toBe(1);
  });
});

test("an email address is stored in lower case, regardless of who writes it", async () => {
  const manager = member("a", "manager");
  const insert = `insert into shared.customers (tenant_id, first_name, last_name, email) values ('${tenantId("a")}', 'x', 'y', 'Ada@Example.COM')`;

  expect(await reach(manager, insert)).toBe(1);
  expect(
    await reach(manager, "update shared.customers set email = 'ADA@B.COM' where email = 'ada@example.com'"),
  ).toBe(1);
  expect(await reach(manager, "select from shared.customers where email = 'ada@b.com'")).toBe(1);
});

test("every change sets updated_at", async () => {
  await database.postgres.query("update shared.customers set tags = '{x}', updated_at = '2000-01-01'");
  const { rows } = await database.postgres.query(
    "select count(*)::int as stale from shared.customers where updated_at < now()",
  );

  expect(rows).toEqual([{ stale: 0 }]);
});
