import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, as, attempt, claimsOf, machine, member } from "../support/actors";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { outsiderId, seedWorld, tenantId, userId } from "../support/world";
import { installGuide } from "./guide";

let database: BundledDatabase;
const attacker = member("a", "manager");

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  await installGuide(database.postgres);
});

afterAll(async () => await database.remove());

/** Returns the tenants whose customers a request sees, after statements that the attacker ran first. */
async function tenantsSeen(actor: Actor, table: string, ...first: string[]): Promise<string[]> {
  return await as(database, actor, async (client) => {
    for (const sql of first) await client.query(sql);
    const { rows } = await client.query<{ tenant_id: string }>(
      `select distinct tenant_id from ${table} order by tenant_id`,
    );
    return rows.map((row) => row.tenant_id);
  });
}

const withClaims = (claims: Record<string, unknown>): Actor => ({ ...attacker, claims });

describe("a tenant chosen by a session setting", () => {
  const setting = `select set_config('app.current_tenant_id', '${tenantId("b")}', true)`;

  test("is ignored", async () => {
    expect(await tenantsSeen(attacker, "shared.customers", setting)).toEqual([tenantId("a")]);
  });

  test("is ignored without a tenant in the token, too", async () => {
    const { tenant_id: _, ...claims } = claimsOf("a", "manager");

    expect(await tenantsSeen(withClaims(claims), "shared.customers", setting)).toEqual([]);
  });

  test("control: outranks the token in the guide's function", async () => {
    expect(await tenantsSeen(attacker, "guide.customers", setting)).toEqual([tenantId("b")]);
  });
});

describe("a token with another tenant than the user's", () => {
  const forged = withClaims({ ...claimsOf("a", "manager"), tenant_id: tenantId("b") });

  test("shows nothing", async () => {
    expect(await tenantsSeen(forged, "shared.customers")).toEqual([]);
  });

  test("control: shows the other tenant with the guide's function", async () => {
    expect(await tenantsSeen(forged, "guide.customers")).toEqual([tenantId("b")]);
  });
});

describe("malformed and misplaced claims show nothing and raise nothing", () => {
  test.each<[string, Record<string, unknown>]>([
    ["no claim at all", {}],
    ["no sub", { tenant_id: tenantId("a") }],
    ["a sub that is not a uuid", { sub: "admin' or '1'='1", tenant_id: tenantId("a") }],
    ["a tenant that is not a uuid", { sub: userId("a", "manager"), tenant_id: "*" }],
    ["a tenant that is null", { sub: userId("a", "manager"), tenant_id: null }],
    ["a tenant that is a list", { sub: userId("a", "manager"), tenant_id: [tenantId("a"), tenantId("b")] }],
    [
      "a tenant in user_metadata",
      { sub: userId("a", "manager"), user_metadata: { tenant_id: tenantId("a") } },
    ],
    ["a tenant in app_metadata", { sub: userId("a", "manager"), app_metadata: { tenant_id: tenantId("a") } }],
    ["a sub that is a list", { sub: [userId("a", "manager")], tenant_id: tenantId("a") }],
    ["a tenant that is an object", { sub: userId("a", "manager"), tenant_id: { id: tenantId("a") } }],
    ["a tenant that is empty", { sub: userId("a", "manager"), tenant_id: "" }],
    ["a tenant with a leading space", { sub: userId("a", "manager"), tenant_id: ` ${tenantId("a")}` }],
  ])("%s", async (_what, claims) => {
    expect(await tenantsSeen(withClaims(claims), "shared.customers")).toEqual([]);
  });

  test("control: the same user with correct claims sees the tenant", async () => {
    const claims = { sub: userId("a", "manager"), tenant_id: tenantId("a") };

    expect(await tenantsSeen(withClaims(claims), "shared.customers")).toEqual([tenantId("a")]);
  });
});

describe("a role that the token claims", () => {
  const selfMade = withClaims({ ...claimsOf("a", "user"), tenant_role: "admin", role: "admin" });

  test("does not widen what the membership allows", async () => {
    expect(await tenantsSeen(selfMade, "shared.customers")).toEqual([]);
  });

  test("control: the guide's policies show restricted customers to every role, regardless of the claim", async () => {
    const restricted = await as(database, member("a", "user"), async (client) => {
      const { rowCount } = await client.query(
        "select from guide.customers where settings ? 'pii_restricted'",
      );
      return rowCount;
    });

    expect(restricted).toBe(1);
  });
});

describe("a token that outlived the membership", () => {
  const ends = {
    disabled: `update shared.users set disabled_at = now() where id = '${userId("a", "manager")}'`,
    deleted: `delete from shared.users where id = '${userId("a", "manager")}'`,
    "deleted with the account": `delete from auth.users where id = '${userId("a", "manager")}'`,
    "account banned": `update auth.users set banned_until = now() + interval '1 day' where id = '${userId("a", "manager")}'`,
    "account softly deleted": `update auth.users set deleted_at = now() where id = '${userId("a", "manager")}'`,
  };

  test.each(Object.entries(ends))("%s: shows nothing from then on", async (_how, end) => {
    await database.postgres.query("begin");
    try {
      await database.postgres.query(end);
      await database.postgres.query("select set_config('request.jwt.claims', $1, true)", [
        JSON.stringify(attacker.claims),
      ]);
      await database.postgres.query("set local role authenticated");

      const outcome = await attempt(database.postgres, "select from shared.customers");
      expect(outcome).toEqual({ rows: 0 });
      // Control: the guide only checks the token, and shows the tenant as long as it is valid.
      const guide = await attempt(database.postgres, "select from guide.customers");
      expect(guide).toEqual({ rows: 2 });
    } finally {
      await database.postgres.query("rollback");
    }
  });

  test("a ban that expired or was lifted has no effect", async () => {
    for (const end of ["now() - interval '1 second'", "null"]) {
      const seen = await tenantsSeen(
        { ...attacker, role: "service_role" },
        "shared.customers",
        "reset role",
        `update auth.users set banned_until = now() + interval '1 day' where id = '${userId("a", "manager")}'`,
        `update auth.users set banned_until = ${end} where id = '${userId("a", "manager")}'`,
        "set local role authenticated",
      );

      expect([end, seen]).toEqual([end, [tenantId("a")]]);
    }
  });

  test("a membership created for a banned account gives no access", async () => {
    const seen = await tenantsSeen(
      withClaims({ ...claimsOf("a", "manager"), sub: outsiderId }),
      "home_services.work_orders",
      "reset role",
      `update auth.users set banned_until = 'infinity' where id = '${outsiderId}'`,
      `insert into shared.users (id, tenant_id, email, role) values ('${outsiderId}', '${tenantId("a")}', 'x@example.com', 'manager')`,
      "set local role authenticated",
    );

    expect(seen).toEqual([]);
  });

  test("a demotion takes effect immediately", async () => {
    const boss = member("a", "admin");
    await database.postgres.query("begin");
    try {
      await database.postgres.query("update shared.users set role = 'user' where id = $1", [
        userId("a", "admin"),
      ]);
      await database.postgres.query("select set_config('request.jwt.claims', $1, true)", [
        JSON.stringify(boss.claims),
      ]);
      await database.postgres.query("set local role authenticated");

      expect(await attempt(database.postgres, "select from shared.customers")).toEqual({ rows: 0 });
    } finally {
      await database.postgres.query("rollback");
    }
  });
});

describe("a prepared statement that the next request on the connection executes again", () => {
  /** Returns the tenants seen by a person of a, and then, by the same plan, by one of b. */
  const seenInTurn = async (table: string): Promise<string[][]> =>
    await as(database, attacker, async (client) => {
      await client.query("set local plan_cache_mode = force_generic_plan");
      const seen: string[][] = [];
      for (const tenant of ["a", "b"] as const) {
        await client.query("select set_config('request.jwt.claims', $1, true)", [
          JSON.stringify(claimsOf(tenant, "manager")),
        ]);
        const { rows } = await client.query<{ tenant_id: string }>({
          name: `tenants of ${table}`,
          text: `select distinct tenant_id from ${table}`,
        });
        seen.push(rows.map((row) => row.tenant_id));
      }
      return seen;
    });

  test("shows each user their own tenant", async () => {
    expect(await seenInTurn("shared.customers")).toEqual([[tenantId("a")], [tenantId("b")]]);
  });

  test("control: shows the first user's tenant to both if the function is declared immutable", async () => {
    await database.postgres.query(`
      create table guide.cached_customers as select tenant_id from shared.customers;
      create function guide.cached_tenant_id() returns uuid language plpgsql immutable
        as $$ begin return auth.jwt() ->> 'tenant_id'; end $$;
      alter table guide.cached_customers enable row level security;
      create policy tenant on guide.cached_customers using (tenant_id = guide.cached_tenant_id());
      grant select on guide.cached_customers to authenticated`);

    expect(await seenInTurn("guide.cached_customers")).toEqual([[tenantId("a")], [tenantId("a")]]);
  });
});

// Signed with the project's key by our own backend, because every user from Auth is a person.
describe("a machine's token", () => {
  const backend = machine("a", "manager");

  test("is trusted, for its tenant only", async () => {
    expect(await tenantsSeen(backend, "shared.customers")).toEqual([tenantId("a")]);
    expect(await tenantsSeen(backend, "shared.users")).toEqual([tenantId("a")]);
    expect(await as(database, backend, (client) => attempt(client, insertFor("a")))).toEqual({ rows: 1 });
    expect(await as(database, backend, (client) => attempt(client, insertFor("b")))).toMatchObject({
      code: "42501",
    });
  });

  const insertFor = (tenant: "a" | "b"): string =>
    `insert into shared.customers (tenant_id, first_name, last_name) values ('${tenantId(tenant)}', 'x', 'y')`;

  test("without a role, or with an unknown one, sees what every user may see", async () => {
    for (const tenant_role of [undefined, "owner", ["admin"]]) {
      const actor = { ...backend, claims: { ...backend.claims, tenant_role } };

      expect(await tenantsSeen(actor, "shared.customers")).toEqual([]);
      expect(await tenantsSeen(actor, "shared.users")).toEqual([]);
      expect(await tenantsSeen(actor, "restaurants.orders")).toEqual([tenantId("a")]);
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ["has a session of Auth's", { session_id: crypto.randomUUID() }],
    ["has a session of Auth's that is null", { session_id: null }],
    ["is of a user with an account and no membership", { sub: outsiderId }],
    ["is of a member of another tenant", { sub: userId("b", "manager") }],
    ["is another identity provider's, whose subjects are uuids", { iss: "https://login.example.com/" }],
    ["has an issuer that is empty", { iss: "" }],
    ["has an issuer that is a list", { iss: ["supabase"] }],
  ])("is not a machine's token if it %s", async (_what, claims) => {
    const actor = { ...backend, claims: { ...backend.claims, ...claims } };

    expect(await tenantsSeen(actor, "restaurants.orders")).toEqual([]);
  });
});
