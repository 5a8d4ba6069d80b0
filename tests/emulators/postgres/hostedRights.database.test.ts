import { writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster } from "../../../emulators/postgres";
import { overridesFile } from "../../../emulators/postgres/configuration";
import { majorOf, startTestCluster, type TestCluster, testPassword } from "../../support/cluster";
import { climb, type Line, may, mayNot, plainMay, plainMayNot, titled, waysUp } from "./hostedRightsCases";

/** Returns the SQLSTATE of the statement in a transaction that is rolled back; undefined if it is allowed. */
async function attempt(client: pg.Client, { statement, after }: Line): Promise<string | undefined> {
  // ALTER SYSTEM cannot run in a transaction. If it is refused, there is nothing to roll back.
  const isTransactional = !statement.startsWith("alter system");
  if (isTransactional) await client.query("begin");
  try {
    if (after !== undefined) await client.query(after);
    return await client.query(statement).then(
      () => undefined,
      (error: { code?: string }) => error.code ?? "no SQLSTATE",
    );
  } finally {
    if (isTransactional) await client.query("rollback");
  }
}

describe("the role postgres on a hosted-shaped server", () => {
  let cluster: TestCluster;
  let client: pg.Client;

  beforeAll(async () => {
    cluster = await startTestCluster();
    client = await cluster.client();
  });
  afterAll(async () => await cluster.remove());

  it.each(may.map(titled))("may %s", async (_title, line) => {
    expect(await attempt(client, line)).toBeUndefined();
  });

  it.each(mayNot.map(titled))("may not %s", async (_title, line) => {
    expect(await attempt(client, line)).toBe("42501");
  });

  it.each([
    ["authenticated", "alter role authenticated set search_path = pg_temp"],
    ["anon", "alter role current_user set statement_timeout = 0"],
    ["service_role", "alter role service_role in database postgres reset all"],
  ])("does not let %s change its own settings: %s", async (role, statement) => {
    const line = { statement, after: `set local role ${role}` };

    expect(await attempt(client, line)).toBe("42501");
  });

  it("lets an ordinary role change its own settings", async () => {
    const line = {
      statement: "alter role reader set search_path = pg_temp",
      after: "create role reader; grant reader to postgres; set local role reader",
    };

    expect(await attempt(client, line)).toBeUndefined();
  });

  it("puts pg_cron into pg_catalog regardless of the requested schema", async () => {
    await client.query("begin; create extension pg_cron with schema extensions");
    const { rows } = await client.query(
      "select extnamespace::regnamespace::text as schema, extowner::regrole::text as owner from pg_extension where extname = 'pg_cron'",
    );
    await client.query("rollback");
    expect(rows).toEqual([{ schema: "pg_catalog", owner: "supabase_admin" }]);
  });

  it("installs the platform's version of an extension instead of the requested one", async () => {
    await client.query("begin; create extension hstore version '1.4'");
    const { rows } = await client.query(
      "select extversion = default_version as is_default from pg_extension join pg_available_extensions on name = extname where extname = 'hstore'",
    );
    await client.query("rollback");
    expect(rows).toEqual([{ is_default: true }]);
  });

  it("owns the event triggers, publications and wrappers that it creates", async () => {
    await client.query(`begin;
      create function public.watch() returns event_trigger language plpgsql as 'begin end';
      create event trigger watch on ddl_command_end execute function public.watch();
      create publication everything for all tables;
      create foreign data wrapper w`);
    const { rows } = await client.query(`
      select evtowner::regrole::text as owner from pg_event_trigger where evtname = 'watch'
      union all select pubowner::regrole::text from pg_publication where pubname = 'everything'
      union all select fdwowner::regrole::text from pg_foreign_data_wrapper where fdwname = 'w'`);
    await client.query("rollback");
    expect(rows).toEqual([{ owner: "postgres" }, { owner: "postgres" }, { owner: "postgres" }]);
  });

  it("current_user is the calling role in statements that run with more privileges", async () => {
    await client.query(`begin;
      create policy mine on storage.objects for select to current_user using (true);
      alter role current_user set log_statement = 'ddl'`);
    const { rows } = await client.query(`
      select roles::text as about from pg_policies where policyname = 'mine'
      union all
      select setrole::regrole::text from pg_db_role_setting where setconfig @> '{log_statement=ddl}'`);
    await client.query("rollback");
    expect(rows).toEqual([{ about: "{postgres}" }, { about: "postgres" }]);
  });

  it("does not become superuser by an event trigger, neither in its own statements nor in those of a superuser", async () => {
    const admin = await cluster.client("supabase_admin");
    await client.query(`
      create table public.fired (as_role text);
      create function public.climb() returns event_trigger language plpgsql as $$
      begin
        insert into public.fired values (current_user);
        if (select rolsuper from pg_roles where rolname = current_user) then alter role postgres superuser; end if;
      end $$;
      create event trigger climb on ddl_command_end execute function public.climb()`);

    await client.query("create extension unaccent with schema extensions");
    await admin.query("create table public.of_admin (id int)");
    await client.query("create table public.of_postgres (id int)");

    const fired = await client.query("select distinct as_role from public.fired");
    const { rows } = await client.query("select rolsuper from pg_roles where rolname = 'postgres'");
    await client.query("drop event trigger climb; drop function public.climb(); drop table public.fired");
    expect(fired.rows).toEqual([{ as_role: "postgres" }]);
    expect(rows).toEqual([{ rolsuper: false }]);
  });

  it("gives none of its privileges to other roles with CREATEROLE", async () => {
    const admin = await cluster.client("supabase_admin");
    await admin.query("create role maker createrole; grant maker to postgres");
    await client.query("set role maker");
    const codes = [
      await attempt(client, { statement: "create extension pg_cron" }),
      await attempt(client, { statement: "create policy p on storage.objects using (true)" }),
      await attempt(client, { statement: "grant supabase_storage_admin to maker" }),
    ];
    await client.query("reset role");
    expect(codes).toEqual(["42501", "42501", "42501"]);
  });

  it.each(waysUp)("does not become superuser by %s", async (_title, { statements, last }) => {
    await client.query("begin");
    await client.query(climb);
    for (const statement of statements) await client.query(statement);
    const refusal = client.query(last);
    await expect(refusal).rejects.toMatchObject({
      code: "42501",
      message: expect.stringContaining("would run with the rights of a superuser"),
    });
    await client.query("rollback");
  });

  it("has the same privileges in jobs of pg_cron, whose workers only load the server's libraries", async () => {
    const admin = await cluster.client("supabase_admin");
    const { rows } = await admin.query(
      "select setting ~ 'pg_cron, \".*/hosted_rights.so\"$' as has_hook from pg_settings where name = 'shared_preload_libraries'",
    );
    expect(rows).toEqual([{ has_hook: true }]);
  });

  describe("control: without the hook", () => {
    let plainCluster: TestCluster;
    let plain: pg.Client;

    beforeAll(async () => {
      plainCluster = await startTestCluster();
      await plainCluster.stop();
      const overrides = path.join(plainCluster.directory, "data", overridesFile);
      writeFileSync(overrides, "shared_preload_libraries = 'pg_stat_statements, pg_cron'\n", { mode: 0o644 });
      const { directory } = plainCluster;
      const restarted = await startCluster({ directory, postgresPassword: testPassword, durable: false });
      plain = new pg.Client({ connectionString: restarted.url() });
      await plain.connect();
    });
    afterAll(async () => {
      await plain.end();
      await plainCluster.remove();
    });

    it.each(plainMayNot)("plain PostgreSQL refuses: %s", async (statement) => {
      expect(may.map((line) => line.statement)).toContain(statement);
      // Since version 16, a role with CREATEROLE can give attributes that it has itself, and postgres has BYPASSRLS.
      const isAllowed = statement.endsWith("bypassrls") && (await majorOf(plain)) >= 16;
      expect(await attempt(plain, { statement })).toBe(isAllowed ? undefined : "42501");
    });

    it.each(plainMay)("plain PostgreSQL allows: %s", async (statement) => {
      expect(mayNot.map((line) => line.statement)).toContain(statement);
      // Since version 16, CREATEROLE is not enough to grant a role: the admin option is required.
      const isRefused = /^grant|in role/.test(statement) && (await majorOf(plain)) >= 16;
      expect(await attempt(plain, { statement })).toBe(isRefused ? "42501" : undefined);
    });
  });
});
