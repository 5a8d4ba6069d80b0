/** A statement with its prerequisites. Each runs in a separate transaction that is rolled back. */
export interface Line {
  readonly statement: string;
  readonly after?: string;
}

/** Statements that a hosted project's `postgres` may run. */
export const may: Line[] = [
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

/** Statements that it may not run. Each is refused with 42501, even if it has another error. */
export const mayNot: Line[] = [
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

export function titled(line: Line): [title: string, line: Line] {
  return [line.statement, line];
}

/** Statements with the opposite result on plain PostgreSQL 15 with the same shape, which shows the effect of the hook. */
export const plainMayNot = [
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
export const plainMay = [
  "alter role anon password 'x'",
  "alter role anon rename to anybody",
  "grant supabase_storage_admin to postgres",
  "grant pg_execute_server_program to postgres",
  "create role boss in role pg_execute_server_program",
];

/** Code that would use the privileges of a superuser if it had them. */
export const climb = `
  create function public.climb(text) returns boolean language plpgsql as $$
  begin
    execute 'alter role postgres superuser';
    return true;
  end $$;
  create function public.climb(text[], oid) returns void language sql as 'select public.climb(null)';
  create domain public.climbing as text check (public.climb(value));
  create domain public.telling as text check (set_config('my.user', current_user, true) is not null)`;

/** Statements that `postgres` may run, with code that would run as superuser. */
export const waysUp: [title: string, { statements: string[]; last: string }][] = [
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
