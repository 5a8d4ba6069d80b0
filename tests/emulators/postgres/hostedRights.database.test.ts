import { writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster } from "../../../emulators/postgres";
import { overridesFile } from "../../../emulators/postgres/configuration";
import { majorOf, startTestCluster, type TestCluster, testPassword } from "../../support/cluster";

/** A statement with what it needs to be there first; each runs in a transaction of its own that is rolled back. */
interface Line {
  readonly statement: string;
  readonly after?: string;
}

/** What a hosted project's `postgres` may do. */
const may: Line[] = [
  { statement: "create role reader login bypassrls" },
  { statement: "create role streamer login replication" },
  { statement: "create role mirror login replication bypassrls in role anon" },
  { statement: "alter role reader bypassrls", after: "create role reader" },
  { statement: "alter role reader replication", after: "create role reader" },
  { statement: "alter role streamer password 'x'", after: "create role streamer replication" },
  { statement: "grant pg_read_all_data to reader", after: "create role reader bypassrls" },
  { statement: "drop role reader", after: "create role reader bypassrls" },
  { statement: "create extension pg_cron" },
  { statement: "create extension pg_cron with schema extensions" },
  { statement: "create extension postgis with schema extensions" },
  { statement: "create extension hstore with schema extensions" },
  { statement: "create extension if not exists supabase_vault with schema vault" },
  { statement: 'create extension if not exists "pg_graphql" with schema "graphql"' },
  { statement: "alter extension hstore update", after: "create extension hstore" },
  { statement: "alter extension hstore set schema extensions", after: "create extension hstore" },
  { statement: "drop extension hstore", after: "create extension hstore" },
  { statement: "select cron.schedule('job', '* * * * *', 'select 1')", after: "create extension pg_cron" },
  { statement: "select * from cron.job", after: "create extension pg_cron" },
  { statement: "delete from cron.job_run_details", after: "create extension pg_cron" },
  { statement: "create policy p on storage.objects for select to authenticated using (true)" },
  { statement: "create policy p on storage.buckets for select to authenticated using (true)" },
  { statement: "create policy p on auth.users for select to authenticated using (true)" },
  { statement: "create policy p on realtime.messages for select to authenticated using (true)" },
  { statement: "delete from realtime.messages" },
  { statement: "create policy p on realtime.subscription for select to authenticated using (true)" },
  {
    statement: "alter policy p on storage.objects to anon",
    after: "create policy p on storage.objects using (true)",
  },
  {
    statement: "alter policy p on storage.objects rename to q",
    after: "create policy p on storage.objects using (true)",
  },
  { statement: "drop policy p on storage.objects", after: "create policy p on storage.objects using (true)" },
  {
    statement: "drop policy p on realtime.messages",
    after: "create policy p on realtime.messages using (true)",
  },
  {
    statement: "create trigger t after insert on auth.users for each row execute function public.f()",
    after: "create function public.f() returns trigger language plpgsql as 'begin return new; end'",
  },
  {
    statement: "drop trigger t on auth.users",
    after: `create function public.f() returns trigger language plpgsql as 'begin return new; end';
      create trigger t after insert on auth.users for each row execute function public.f()`,
  },
  { statement: "create table public.profiles (id uuid references auth.users)" },
  { statement: "alter role authenticator set statement_timeout = '7s'" },
  { statement: "alter role authenticator set pgrst.db_pre_request = 'public.check'" },
  { statement: "alter role anon set statement_timeout = '2s'" },
  { statement: "grant api to authenticator", after: "create role api" },
  { statement: "alter role postgres set log_statement = 'ddl'" },
  {
    statement: "alter role postgres reset log_statement",
    after: "alter role postgres set log_statement = 'ddl'",
  },
  { statement: "alter role postgres set log_min_duration_statement = '1s'" },
  { statement: "alter role reader set session_replication_role = 'replica'", after: "create role reader" },
  { statement: "alter role postgres set auto_explain.log_min_duration = '1s'" },
  { statement: "alter role postgres set pgaudit.log = 'ddl'" },
  { statement: "alter database postgres set random_page_cost = 1.1" },
  {
    statement: "create event trigger watch on ddl_command_end execute function public.watch()",
    after: "create function public.watch() returns event_trigger language plpgsql as 'begin end'",
  },
  { statement: "create publication everything for all tables" },
  { statement: "drop publication everything", after: "create publication everything for all tables" },
  { statement: "create publication one for tables in schema public" },
  {
    statement: "alter publication supabase_realtime add table public.t",
    after: "create table public.t (id int primary key)",
  },
  { statement: "create foreign data wrapper w" },
  { statement: "alter foreign data wrapper w options (add x '1')", after: "create foreign data wrapper w" },
  { statement: "create server s foreign data wrapper postgres_fdw", after: "create extension postgres_fdw" },
  { statement: "select pg_export_snapshot()" },
  { statement: "select pg_current_wal_lsn()" },
  { statement: "create schema app" },
  { statement: "set role anon" },
];

/** What it may not; each is refused with 42501, whatever else could be wrong with it. */
const mayNot: Line[] = [
  { statement: "alter system set work_mem = '8MB'" },
  { statement: "alter database postgres set log_min_duration_statement = '1s'" },
  { statement: "checkpoint" },
  { statement: "select pg_create_restore_point('x')" },
  { statement: "create table auth.t (id int)" },
  { statement: "create function auth.f() returns int language sql as 'select 1'" },
  { statement: "create table storage.t (id int)" },
  { statement: "create function storage.f() returns int language sql as 'select 1'" },
  { statement: "create table realtime.t (id int)" },
  { statement: "create index on auth.users (aud)" },
  { statement: "alter table auth.users enable row level security" },
  { statement: "alter table storage.objects add column x int" },
  { statement: "drop table auth.users cascade" },
  { statement: "drop function auth.uid() cascade" },
  { statement: "comment on trigger update_objects_updated_at on storage.objects is 'x'" },
  { statement: "insert into auth.schema_migrations values ('1')" },
  { statement: "insert into storage.migrations (id, name, hash) values (1, 'x', 'x')" },
  { statement: "create policy p on realtime.schema_migrations using (true)" },
  { statement: "create policy p on vault.secrets using (true)" },
  { statement: "create role boss superuser" },
  { statement: "create role boss bypassrls in role supabase_admin" },
  { statement: "create role boss in role pg_execute_server_program" },
  { statement: "alter role postgres superuser" },
  ...["supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "supabase_read_only_user"].map(
    alterPassword,
  ),
  ...["supabase_realtime_admin", "supabase_replication_admin", "supabase_etl_admin"].map(alterPassword),
  ...["dashboard_user", "pgbouncer", "anon", "authenticated", "service_role", "authenticator"].map(
    alterPassword,
  ),
  { statement: "alter role anon bypassrls" },
  { statement: "alter role authenticator superuser" },
  { statement: "alter role supabase_auth_admin set search_path = public" },
  { statement: "alter role anon rename to anybody" },
  { statement: "drop role service_role" },
  { statement: "alter role all set log_statement = 'all'" },
  { statement: "alter role postgres set session_preload_libraries = ''" },
  { statement: "alter role postgres set pgaudit.log_parameter = 'on'" },
  { statement: "grant supabase_storage_admin to postgres" },
  { statement: "grant supabase_auth_admin to postgres" },
  { statement: "grant supabase_realtime_admin to postgres" },
  { statement: "grant supabase_admin to postgres" },
  { statement: "grant supabase_functions_admin to postgres" },
  { statement: "grant dashboard_user to postgres" },
  { statement: "grant pgbouncer to postgres" },
  { statement: "grant authenticator to postgres" },
  { statement: "grant pg_read_server_files to postgres" },
  { statement: "grant pg_write_server_files to postgres" },
  { statement: "grant pg_execute_server_program to postgres" },
  { statement: "alter group supabase_storage_admin add user postgres" },
  { statement: "grant postgres to supabase_storage_admin" },
  { statement: "set role supabase_auth_admin" },
  { statement: "set role supabase_storage_admin" },
  { statement: "set session authorization supabase_admin" },
  { statement: "alter default privileges for role supabase_admin grant select on tables to anon" },
  { statement: "create extension file_fdw" },
  { statement: "create extension amcheck" },
  { statement: "create extension pageinspect" },
  {
    statement: "insert into cron.job (schedule, command) values ('* * * * *', 'x')",
    after: "create extension pg_cron",
  },
  { statement: "delete from cron.job", after: "create extension pg_cron" },
  {
    statement:
      "create trigger t after insert on cron.job_run_details for each row execute function public.f()",
    after: `create extension pg_cron;
      create function public.f() returns trigger language plpgsql as 'begin return new; end'`,
  },
  { statement: "alter publication supabase_realtime add table auth.users" },
  { statement: "insert into vault.secrets (secret) values ('x')" },
  { statement: "delete from storage.objects" },
  { statement: "copy (select 1) to '/dev/null'" },
];

function alterPassword(role: string): Line {
  return { statement: `alter role ${role} password 'x'` };
}

function titled(line: Line): [title: string, line: Line] {
  return [line.statement, line];
}

/** Where plain PostgreSQL 15, of the same shape, says the opposite: the hook's own doing. */
const plainMayNot = [
  "create role reader login bypassrls",
  "create extension pg_cron",
  "create extension postgis with schema extensions",
  "create policy p on storage.objects for select to authenticated using (true)",
  "create policy p on realtime.messages for select to authenticated using (true)",
  "alter role postgres set log_statement = 'ddl'",
  "alter role authenticator set pgrst.db_pre_request = 'public.check'",
  "create publication everything for all tables",
  "create foreign data wrapper w",
];
const plainMay = [
  "alter role anon password 'x'",
  "alter role anon rename to anybody",
  "grant supabase_storage_admin to postgres",
  "grant pg_execute_server_program to postgres",
  "create role boss in role pg_execute_server_program",
];

/** Code that would use the rights of a superuser if it had them. */
const climb = `
  create function public.climb(text) returns boolean language plpgsql as $$
  begin
    execute 'alter role postgres superuser';
    return true;
  end $$;
  create function public.climb(text[], oid) returns void language sql as 'select public.climb(null)';
  create domain public.climbing as text check (public.climb(value));
  create domain public.telling as text check (set_config('my.user', current_user, true) is not null)`;

/** What `postgres` may do, with code in it that would run as superuser. */
const waysUp: [title: string, { statements: string[]; last: string }][] = [
  [
    "the domain of a literal in a new policy",
    {
      statements: [],
      last: "create policy p on storage.objects using ('{x}'::public.climbing[] is not null)",
    },
  ],
  [
    "the domain of a literal in a changed policy",
    {
      statements: ["create policy p on storage.objects using (true)"],
      last: "alter policy p on storage.objects using ('{x}'::public.climbing[] is not null)",
    },
  ],
  [
    "a built-in function in such a domain",
    {
      statements: [],
      last: "create policy p on storage.objects using ('{x}'::public.telling[] is not null)",
    },
  ],
  [
    "the validator of a new wrapper",
    { statements: [], last: "create foreign data wrapper w validator public.climb options (a '1')" },
  ],
  [
    "the validator of a changed wrapper",
    {
      statements: ["create foreign data wrapper w"],
      last: "alter foreign data wrapper w validator public.climb options (a '1')",
    },
  ],
];

/** The SQLSTATE of the statement in a transaction that is rolled back; undefined when it is allowed. */
async function attempt(client: pg.Client, { statement, after }: Line): Promise<string | undefined> {
  // ALTER SYSTEM cannot run inside a transaction; refused, it leaves nothing to roll back.
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

  it("puts pg_cron into pg_catalog, whatever schema is asked for", async () => {
    await client.query("begin; create extension pg_cron with schema extensions");
    const { rows } = await client.query(
      "select extnamespace::regnamespace::text as schema, extowner::regrole::text as owner from pg_extension where extname = 'pg_cron'",
    );
    await client.query("rollback");
    expect(rows).toEqual([{ schema: "pg_catalog", owner: "supabase_admin" }]);
  });

  it("installs the platform's version of an extension, not the one asked for", async () => {
    await client.query("begin; create extension hstore version '1.4'");
    const { rows } = await client.query(
      "select extversion = default_version as is_default from pg_extension join pg_available_extensions on name = extname where extname = 'hstore'",
    );
    await client.query("rollback");
    expect(rows).toEqual([{ is_default: true }]);
  });

  it("owns the event triggers, publications and wrappers that it makes", async () => {
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

  it("means itself by current_user in statements that run with more rights", async () => {
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

  it("does not become superuser by an event trigger, neither in its own nor in the superuser's statements", async () => {
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

  it("gives none of its rights to other roles that may create roles", async () => {
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

  it("has the same rights in jobs of pg_cron, whose workers load the libraries of the server alone", async () => {
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
      // From 16 on, a role with CREATEROLE hands on what it has itself, and postgres has BYPASSRLS.
      const isAllowed = statement.endsWith("bypassrls") && (await majorOf(plain)) >= 16;
      expect(await attempt(plain, { statement })).toBe(isAllowed ? undefined : "42501");
    });

    it.each(plainMay)("plain PostgreSQL allows: %s", async (statement) => {
      expect(mayNot.map((line) => line.statement)).toContain(statement);
      // From 16 on, CREATEROLE is not enough to grant a role: it takes the admin option.
      const isRefused = /^grant|in role/.test(statement) && (await majorOf(plain)) >= 16;
      expect(await attempt(plain, { statement })).toBe(isRefused ? "42501" : undefined);
    });
  });
});
