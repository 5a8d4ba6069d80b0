import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, attempt } from "./support/actors";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { outsiderId, seedWorld, tenantId, tenantRoles, userId } from "./support/world";

let database: BundledDatabase;
/** Runs the hook like Auth: with its own role, to which row-level security applies. */
let auth: Client;

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  auth = await database.cluster.client("supabase_auth_admin");
});

afterAll(async () => await database.remove());

/** Returns the event that Auth sends, with every claim that its validator requires. */
function eventOf(user: string, extraClaims: Record<string, unknown> = {}) {
  return {
    metadata: { uuid: crypto.randomUUID(), time: "2026-11-01T00:00:00Z", name: "customize-access-token" },
    user_id: user,
    claims: {
      iss: "https://example.supabase.co/auth/v1",
      aud: "authenticated",
      exp: 1_800_000_000,
      iat: 1_799_996_400,
      sub: user,
      email: "somebody@example.com",
      phone: "",
      role: "authenticated",
      aal: "aal1",
      session_id: crypto.randomUUID(),
      is_anonymous: false,
      amr: [{ method: "password", timestamp: 1_799_996_400 }],
      app_metadata: { provider: "email" },
      user_metadata: { tenant_id: tenantId("b") },
      ...extraClaims,
    },
    authentication_method: "password",
  };
}

async function tokenFor(event: ReturnType<typeof eventOf>): Promise<Record<string, unknown>> {
  const { rows } = await auth.query<{ result: { claims: Record<string, unknown> } }>(
    "select private.custom_access_token_hook($1) as result",
    [JSON.stringify(event)],
  );
  return (rows[0] as (typeof rows)[0]).result.claims;
}

describe("a member's token", () => {
  test.each(tenantRoles)("%s: keeps every claim of Auth and adds those of the tenant", async (role) => {
    const event = eventOf(userId("a", role));

    expect(await tokenFor(event)).toEqual({
      ...event.claims,
      tenant_id: tenantId("a"),
      industry: "home_services",
      subdomain: "tenant-a",
      tenant_role: role,
    });
  });

  test.each(["service_role", "app_owner", "anon"])(
    "is for authenticated, although its account has the role %s",
    async (role) => {
      expect(await tokenFor(eventOf(userId("a", "user"), { role }))).toMatchObject({
        role: "authenticated",
        tenant_role: "user",
      });
    },
  );

  test("the hook returns the whole event, as Auth expects", async () => {
    const event = eventOf(userId("a", "admin"));
    const { rows } = await auth.query("select private.custom_access_token_hook($1) - 'claims' as rest", [
      JSON.stringify(event),
    ]);
    const { claims: _, ...rest } = event;

    expect(rows).toEqual([{ rest }]);
  });

  test("shows the tenant's rows, and no others", async () => {
    const claims = await tokenFor(eventOf(userId("b", "manager")));
    const seen = await as(database, { name: "token", role: "authenticated", claims }, (client) =>
      client.query("select distinct tenant_id from shared.customers"),
    );

    expect(seen.rows).toEqual([{ tenant_id: tenantId("b") }]);
  });
});

describe("no tenant in the token", () => {
  const cases: [string, string, string][] = [
    ["of a user without a membership", outsiderId, "select"],
    [
      "of a disabled member",
      userId("a", "user"),
      `update shared.users set disabled_at = now() where id = '${userId("a", "user")}'`,
    ],
    [
      "of a removed member",
      userId("a", "employee"),
      `delete from shared.users where id = '${userId("a", "employee")}'`,
    ],
    [
      "of a banned account",
      userId("b", "user"),
      `update auth.users set banned_until = now() + interval '1 day' where id = '${userId("b", "user")}'`,
    ],
    [
      "of a softly deleted account",
      userId("b", "employee"),
      `update auth.users set deleted_at = now() where id = '${userId("b", "employee")}'`,
    ],
  ];

  test.each(cases)("%s: no claim, not even a forged one, and no rows", async (_who, user, before) => {
    await database.postgres.query(before);
    const forged = { tenant_id: tenantId("b"), tenant_role: "admin", industry: "retail", subdomain: "x" };

    const event = eventOf(user);
    const claims = await tokenFor(eventOf(user, forged));
    const seen = await as(database, { name: "token", role: "authenticated", claims }, (client) =>
      attempt(client, "select from shared.tenants"),
    );

    expect(Object.keys(claims).sort()).toEqual(Object.keys(event.claims).sort());
    expect(seen).toEqual({ rows: 0 });
  });

  test("control: an expired ban has no effect", async () => {
    const user = userId("b", "manager");
    await database.postgres.query(
      "update auth.users set banned_until = now() - interval '1 day' where id = $1",
      [user],
    );

    expect(await tokenFor(eventOf(user))).toMatchObject({ tenant_id: tenantId("b"), tenant_role: "manager" });
  });
});

test("a changed role is in the next token", async () => {
  const user = userId("b", "admin");
  await database.postgres.query("update shared.users set role = 'employee' where id = $1", [user]);

  expect(await tokenFor(eventOf(user))).toMatchObject({ tenant_role: "employee" });
});

test.each(["anon", "authenticated", "service_role"])("%s may not call the hook", async (role) => {
  const outcome = await as(database, { name: role, role }, (client) =>
    attempt(client, "select private.custom_access_token_hook('{}')"),
  );

  expect(outcome).toEqual({ code: "42501", message: "permission denied for schema private" });
});

describe("an event with another structure than Auth sends", () => {
  const call = async (event: unknown): Promise<unknown> => {
    const { rows } = await auth.query<{ result: unknown }>(
      "select private.custom_access_token_hook($1) as result",
      [event === undefined ? null : JSON.stringify(event)],
    );
    return rows[0]?.result;
  };

  test.each<[string, unknown, unknown]>([
    ["none", undefined, { claims: {} }],
    ["null", null, { claims: {} }],
    ["a list", [], { claims: {} }],
    ["no user", { claims: { aud: "x", tenant_id: "y" } }, { claims: { aud: "x" } }],
    ["a user that is null", { user_id: null, claims: {} }, { user_id: null, claims: {} }],
    ["a user that is not a uuid", { user_id: "nobody", claims: {} }, { user_id: "nobody", claims: {} }],
    [
      "a user that is a list",
      { user_id: [userId("a", "admin")], claims: {} },
      { user_id: [userId("a", "admin")], claims: {} },
    ],
    ["claims that are null", { user_id: outsiderId, claims: null }, { user_id: outsiderId, claims: {} }],
    ["claims that are a list", { user_id: outsiderId, claims: [1] }, { user_id: outsiderId, claims: {} }],
    ["no claims", { user_id: outsiderId }, { user_id: outsiderId, claims: {} }],
  ])("%s: no tenant, and no error that would refuse the sign-in", async (_what, event, answer) => {
    expect(await call(event)).toEqual(answer);
  });

  test("control: the user id decides, not the claim sub", async () => {
    const event = { user_id: userId("b", "manager").toUpperCase(), claims: { sub: outsiderId } };

    expect(await call(event)).toMatchObject({ claims: { sub: outsiderId, tenant_id: tenantId("b") } });
  });
});

describe("signing in", () => {
  const signIn = (user: string) =>
    auth.query(
      "update auth.users set last_sign_in_at = '2026-11-01T10:00:00Z', email = 'new@a.example.com' where id = $1",
      [user],
    );

  test("updates email and last login of the membership", async () => {
    await signIn(userId("a", "manager"));
    const { rows } = await database.postgres.query(
      "select email, last_login_at from shared.users where id = $1",
      [userId("a", "manager")],
    );

    expect(rows).toEqual([{ email: "new@a.example.com", last_login_at: new Date("2026-11-01T10:00:00Z") }]);
  });

  test("works for a user without a membership, and if the membership refuses the change", async () => {
    const warnings: string[] = [];
    auth.on("notice", (notice) => warnings.push(notice.message ?? ""));
    await auth.query("update auth.users set last_sign_in_at = now() where id = $1", [outsiderId]);
    expect(warnings).toEqual([]);

    // The address is already used in the tenant.
    const outcome = await auth.query("update auth.users set email = 'new@A.example.com' where id = $1", [
      userId("a", "admin"),
    ]);
    expect(outcome.rowCount).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/^user .* was not synchronized with auth.users: duplicate key/),
    ]);
  });

  test("does not wait for a locked membership, and the next one catches up", async () => {
    const user = userId("a", "user");
    const holder = await database.cluster.client("postgres");
    await holder.query("begin");
    await holder.query("select from shared.users where id = $1 for update", [user]);
    const began = performance.now();
    const locked = await auth.query("update auth.users set last_sign_in_at = '2026-11-02' where id = $1", [
      user,
    ]);
    const seconds = (performance.now() - began) / 1000;
    await holder.query("rollback");

    expect(locked.rowCount).toBe(1);
    expect(seconds).toBeLessThan(5);
    const login = "select last_login_at as at from shared.users where id = $1";
    expect((await database.postgres.query(login, [user])).rows).toEqual([{ at: null }]);
    await auth.query("update auth.users set last_sign_in_at = '2026-11-03T00:00:00Z' where id = $1", [user]);
    expect((await database.postgres.query(login, [user])).rows).toEqual([
      { at: new Date("2026-11-03T00:00:00Z") },
    ]);
  });

  test("takes over an address from an orphaned membership", async () => {
    const [first, second] = [userId("b", "manager"), userId("b", "admin")];
    await database.postgres.query("update shared.users set email = 'shared@b.example.com' where id = $1", [
      first,
    ]);
    await auth.query("update auth.users set email = 'shared@b.example.com' where id = $1", [second]);
    const { rows } = await database.postgres.query(
      "select id, email from shared.users where id in ($1, $2) order by email",
      [first, second],
    );

    expect(rows).toEqual([
      { id: first, email: "manager@b.example.com" },
      { id: second, email: "shared@b.example.com" },
    ]);
  });

  test("a soft deletion ends the membership and removes all personal data from it", async () => {
    const user = userId("b", "employee");
    await database.postgres.query(
      "update shared.users set last_name = 'Doe', phone = '+41 44 668 18 00', settings = '{\"a\": 1}' where id = $1",
      [user],
    );
    await auth.query("update auth.users set deleted_at = now(), email = 'bm9ib2R5' where id = $1", [user]);
    const { rows } = await database.postgres.query(
      `select email, first_name, last_name, phone, avatar_url, settings, disabled_at is not null as disabled
       from shared.users where id = $1`,
      [user],
    );

    expect(rows).toEqual([
      {
        email: `${user}@deleted.invalid`,
        first_name: null,
        last_name: null,
        phone: null,
        avatar_url: null,
        settings: {},
        disabled: true,
      },
    ]);
  });

  test("Auth's role may change nothing else of a membership", async () => {
    await expect(auth.query("update shared.users set role = 'admin'")).rejects.toThrow(
      "permission denied for table users",
    );
  });
});

test("deleting the account deletes the membership, and keeps the tenant's rows without it", async () => {
  const user = userId("a", "employee");
  await database.postgres.query(
    `insert into auth.users (id, email) values ($1, 'back@a.example.com') on conflict do nothing`,
    [user],
  );
  await database.postgres.query(
    `insert into shared.users (id, tenant_id, email) values ($1, $2, 'back@a.example.com') on conflict do nothing`,
    [user, tenantId("a")],
  );
  await database.postgres.query(
    "update home_services.work_orders set technician_id = $1 where tenant_id = $2",
    [user, tenantId("a")],
  );

  await auth.query("delete from auth.users where id = $1", [user]);

  const { rows } = await database.postgres.query(
    `select (select count(*)::int from shared.users where id = $1) as members,
       count(*)::int as orders, count(technician_id)::int as with_technician
     from home_services.work_orders where tenant_id = $2`,
    [user, tenantId("a")],
  );
  expect(rows).toEqual([{ members: 0, orders: 2, with_technician: 0 }]);
});
