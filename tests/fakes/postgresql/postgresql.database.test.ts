import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { standIn } from "../../../fakes/engine/standIn";
import { postgresql } from "../../../fakes/postgresql/table";
import { type PropertyMap, reveal, Secret } from "../../../plugins/provider-host/values";
import { startTestCluster, type TestCluster } from "../../support/cluster";
import { check, context, create, diff, drift, identify, provider, remove, update } from "./harness";

// As on a hosted project: neither a superuser nor the owner of other roles' objects.
let cluster: TestCluster;
let sql: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  sql = await cluster.client();
  await provider.configure?.(connection(), context);
});
afterAll(() => cluster.remove());

function connection(): PropertyMap {
  const { hostname: host, port, username, password } = new URL(cluster.url());
  const secret = new Secret(decodeURIComponent(password));
  return { host, port: Number(port), username, password: secret, sslmode: "disable", superuser: false };
}

async function value(text: string): Promise<unknown> {
  const { rows } = await sql.query<Record<string, unknown>>(text);
  return rows[0] && Object.values(rows[0])[0];
}

describe("Role", () => {
  const full = {
    name: 'odd "role"',
    login: true,
    password: new Secret("it's; secret"),
    connectionLimit: 3,
    bypassRowLevelSecurity: true,
    createDatabase: true,
    inherit: false,
    roles: ["pg_read_all_data", "pg_monitor"],
    searchPaths: ["$user", "public"],
    statementTimeout: 5000,
    idleInTransactionSessionTimeout: 6000,
    validUntil: "2040-01-01T00:00:00Z",
    assumeRole: "pg_monitor",
  };

  it("has the program's values, and a refresh finds no change", async () => {
    const made = await create("Role", full);
    const attributes = await value(
      `select json_build_array(rolcanlogin, rolconnlimit, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit,
         rolvaliduntil = '2040-01-01T00:00:00Z', rolconfig)
       from pg_roles where rolname = 'odd "role"'`,
    );
    expect(made.id).toBe('odd "role"');
    expect(attributes).toEqual([
      true,
      3,
      true,
      true,
      false,
      false,
      true,
      [
        'search_path="$user", public',
        "statement_timeout=5000",
        "idle_in_transaction_session_timeout=6000",
        "role=pg_monitor",
      ],
    ]);
    expect(made.outputs.password).toBeInstanceOf(Secret);
    expect(reveal(made.outputs)).toMatchObject({
      encryptedPassword: true,
      roles: ["pg_monitor", "pg_read_all_data"],
    });
    expect(await drift(made)).toEqual({});
    await remove(made);
    expect(await value(`select count(*)::int from pg_roles where rolname = 'odd "role"'`)).toBe(0);
  });

  it.each<[string, Record<string, string>]>([
    ["connection limit 9", { connectionLimit: "update" }],
    ["nologin", { login: "update" }],
    ["nobypassrls", { bypassRowLevelSecurity: "update" }],
    ["valid until '2041-01-01'", { validUntil: "update" }],
    ["set statement_timeout to 1", { statementTimeout: "update" }],
    ["reset statement_timeout", { statementTimeout: "update" }],
    ["set search_path to public", { "searchPaths[0]": "update", "searchPaths[1]": "add" }],
    ["reset role", { assumeRole: "update" }],
    // As with the official plugin, because the catalog only has a hash.
    ["password 'other'", {}],
  ])("is repaired after a manual change (%s), which is reported by property", async (change, expected) => {
    const made = await create("Role", { ...full, name: "drifting" });
    await sql.query(`alter role drifting ${change}`);
    expect(await drift(made)).toEqual(expected);
    const read = await provider.read({ ...identify("Role"), ...made }, context);
    const repaired = await update({ ...made, ...read }, { ...full, name: "drifting" });
    expect(await drift(repaired)).toEqual({});
    await remove(made);
  });

  it("shows an added or removed membership", async () => {
    const made = await create("Role", { name: "member", roles: ["pg_monitor"] });
    await sql.query("grant pg_read_all_data to member");
    expect(await drift(made)).toEqual({ "roles[1]": "delete" });
    await sql.query("revoke pg_read_all_data, pg_monitor from member");
    expect(await drift(made)).toEqual({ "roles[0]": "add" });
    await remove(made);
  });

  it("can be renamed and given another password in place", async () => {
    const made = await create("Role", { name: "before", login: true, password: "one" });
    expect(await diff(made, await check("Role", { name: "after", login: true, password: "two" }))).toEqual({
      name: "update",
      password: "update",
    });
    const renamed = await update(made, { name: "after", login: true, password: "two" });
    expect(
      await value("select string_agg(rolname, ',') from pg_roles where rolname in ('before', 'after')"),
    ).toBe("after");
    expect(await drift(renamed)).toEqual({});
    await remove(renamed);
  });

  it("is refused if it already exists", async () => {
    const made = await create("Role", { name: "taken" });
    await expect(create("Role", { name: "taken" })).rejects.toThrow(
      'role "taken" already exists [SQLSTATE 42710]',
    );
    await remove(made);
  });

  it("leaves its objects to the current user when it is deleted", async () => {
    const made = await create("Role", { name: "leaving" });
    await sql.query("create schema legacy; grant leaving to postgres; alter schema legacy owner to leaving");
    await remove(made);
    expect(await value("select nspowner::regrole::text from pg_namespace where nspname = 'legacy'")).toBe(
      "postgres",
    );
    expect(await drift(made)).toBe("gone");
    // Deleting a role that does not exist is not an error.
    await remove(made);
    await sql.query("drop schema legacy");
  });

  it("can be imported by its name", async () => {
    const made = await create("Role", { name: "found", connectionLimit: 2 });
    const read = await provider.read({ ...identify("Role"), id: "found", inputs: {}, outputs: {} }, context);
    expect(read?.inputs).toMatchObject({ name: "found", connectionLimit: 2, login: false });
    expect(read && (await diff({ kind: "Role", ...read }, made.inputs))).toEqual({});
    await remove(made);
  });

  it("says how to stop reading passwords if the user is not a superuser", async () => {
    const asSuperuser = standIn(postgresql);
    await asSuperuser.configure?.({ ...connection(), superuser: true }, context);
    const made = await create("Role", { name: "reader", login: true });
    await expect(asSuperuser.read({ ...identify("Role"), ...made }, context)).rejects.toThrow(
      "Could not read the password of role reader from PostgreSQL, because postgres is not a superuser: set superuser to false",
    );
    await remove(made);
  });
});

describe("Extension", () => {
  it("is created in its schema, and recreated after it was dropped", async () => {
    const made = await create("Extension", { name: "citext", schema: "extensions" });
    expect(made.id).toBe("postgres.citext");
    expect(made.outputs).toMatchObject({
      name: "citext",
      schema: "extensions",
      database: "postgres",
      version: "1.6",
    });
    expect(await drift(made)).toEqual({});
    await sql.query("drop extension citext");
    expect(await drift(made)).toBe("gone");
    await remove(await create("Extension", { name: "citext", schema: "extensions" }));
    expect(await value("select count(*)::int from pg_extension where extname = 'citext'")).toBe(0);
  });

  it("is moved back after it was moved manually", async () => {
    const made = await create("Extension", { name: "hstore", schema: "extensions" });
    await sql.query("alter extension hstore set schema public");
    expect(await drift(made)).toEqual({ schema: "update" });
    const read = await provider.read({ ...identify("Extension"), ...made }, context);
    const repaired = await update({ ...made, ...read }, { name: "hstore", schema: "extensions" });
    expect(await drift(repaired)).toEqual({});
    await remove(repaired);
  });

  it("accepts the server's schema if it names none, and is replaced for another database", async () => {
    const made = await create("Extension", { name: "ltree" });
    expect(await drift(made)).toEqual({});
    expect(await diff(made, { ...made.inputs, database: "other" })).toEqual({ database: "update-replace" });
    await remove(made);
  });

  it("can only be imported by database and name", async () => {
    const made = await create("Extension", { name: "seg" });
    const importing = (id: string) =>
      provider.read({ ...identify("Extension"), id, inputs: {}, outputs: {} }, context);
    expect((await importing("postgres.seg"))?.inputs).toEqual({ name: "seg" });
    expect(await importing("nowhere.seg")).toBeUndefined();
    await expect(importing("seg")).rejects.toThrow(
      '"seg" is not the id of a PostgreSQL extension: write database.extension, such as postgres.extension.',
    );
    await remove(made);
  });
});

describe("Schema", () => {
  it("has the configured owner, also after a manual change was repaired", async () => {
    const owner = await create("Role", { name: "owner_of_schema" });
    const made = await create("Schema", { name: "Odd schema", owner: "owner_of_schema" });
    expect(made.id).toBe("postgres.Odd schema");
    expect(await drift(made)).toEqual({});
    await sql.query('grant owner_of_schema to postgres; alter schema "Odd schema" owner to postgres');
    await sql.query("revoke owner_of_schema from postgres");
    expect(await drift(made)).toEqual({ owner: "update" });
    const read = await provider.read({ ...identify("Schema"), ...made }, context);
    const repaired = await update({ ...made, ...read }, { name: "Odd schema", owner: "owner_of_schema" });
    expect(await drift(repaired)).toEqual({});
    // The membership that was needed to change the owner has been revoked.
    expect(await value("select pg_has_role('postgres', 'owner_of_schema', 'usage')")).toBe(false);
    await remove(repaired);
    await remove(owner);
  });

  it("is not dropped with its contents unless configured", async () => {
    const made = await create("Schema", { name: "full" });
    await sql.query('create table "full".t ()');
    await expect(remove(made)).rejects.toThrow("cannot drop schema full because other objects depend on it");
    const cascading = await update(made, { name: "full", dropCascade: true });
    await remove(cascading);
    expect(await drift(made)).toBe("gone");
  });
});

describe("GrantRole", () => {
  it("is a membership, and detects when it was revoked or extended", async () => {
    const role = await create("Role", { name: "granted" });
    const member = await create("Role", { name: "grantee" });
    const made = await create("GrantRole", { role: "grantee", grantRole: "granted" });
    expect(made.id).toBe("grantee_granted_false");
    expect(await drift(made)).toEqual({});
    await sql.query("grant granted to grantee with admin option");
    expect(await drift(made)).toEqual({ withAdminOption: "update-replace" });
    await sql.query("revoke granted from grantee");
    expect(await drift(made)).toBe("gone");
    await remove(made);
    await remove(member);
    await remove(role);
  });
});

describe("the connection", () => {
  it("that is refused names server and role, but not the password", async () => {
    const wrong = standIn(postgresql);
    await wrong.configure?.({ ...connection(), password: new Secret("canary-password") }, context);
    const inputs = await check("Role", { name: "nobody" });
    const request = { ...identify("Role"), name: "it", inputs, preview: false, timeoutSeconds: 0 };
    const error = await wrong.create(request, context).catch((caught: unknown) => String(caught));
    const { port } = new URL(cluster.url());
    expect(error).toContain(
      `Cannot connect to PostgreSQL at 127.0.0.1:${port}, database postgres, as postgres: password authentication failed`,
    );
    expect(error).not.toContain("canary-password");
  });

  it("cancels the running statement when the call is cancelled", async () => {
    const blocker = await cluster.client();
    await blocker.query("begin; create role half_made");
    const controller = new AbortController();
    const inputs = await check("Role", { name: "half_made" });
    const request = { ...identify("Role"), name: "it", inputs, preview: false, timeoutSeconds: 0 };
    const waiting = provider
      .create(request, { ...context, signal: controller.signal })
      .catch((error: unknown) => error);
    const isWaiting =
      "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and query like 'create role%'";
    await expect.poll(() => value(isWaiting), { timeout: 10_000 }).toBe(1);
    controller.abort();
    expect(await waiting).toBeInstanceOf(Error);
    await expect.poll(() => value(isWaiting), { timeout: 10_000 }).toBe(0);
    await blocker.query("rollback");
    expect(await value("select count(*)::int from pg_roles where rolname = 'half_made'")).toBe(0);
  });
});
