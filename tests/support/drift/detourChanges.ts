import { changed, extra, type PostureChange } from "./postureChange";

/** Changes that reach data indirectly: by types, results and extensions, and in schemas where only the platform has objects. */
export const detourChanges: readonly PostureChange[] = [
  {
    name: "a function of another application returns all rows, no longer only the first one",
    change:
      "drop function public.legacy_count(); create function public.legacy_count() returns setof bigint language sql as $$ select count(*) from public.legacy $$",
    reverse:
      "drop function public.legacy_count(); create function public.legacy_count() returns bigint language sql as $$ select count(*) from public.legacy $$",
    reports: changed("function public.legacy_count()", "returns"),
    severity: "opens",
  },
  {
    name: "a schema with a name like the server's has a view for anon",
    change:
      "set local allow_system_table_mods = on; create schema pg_leak; create view pg_leak.everyone as select * from shared.customers; grant usage on schema pg_leak to anon; grant select on pg_leak.everyone to anon",
    reverse: "set local allow_system_table_mods = on; drop schema pg_leak cascade",
    as: "supabase_admin",
    reports: extra("schema pg_leak", "view pg_leak.everyone"),
    severity: "opens",
  },
  {
    name: "members of a predefined role may grant another one, of which it is a member on every server",
    change: "grant pg_read_all_stats to pg_monitor with admin option",
    reverse: "revoke admin option for pg_read_all_stats from pg_monitor",
    as: "supabase_admin",
    reports: extra("membership pg_monitor in pg_read_all_stats"),
    severity: "opens",
  },
  {
    name: "backups leave out a table of the bundle, because it is added to an extension",
    change: "alter extension pg_trgm add table shared.customers",
    reverse: "alter extension pg_trgm drop table shared.customers",
    as: "supabase_admin",
    reports: changed("extension pg_trgm", "members"),
    severity: "opens",
  },
  {
    name: "backups leave out a sequence of the bundle, because it is added to an extension",
    change: "alter extension pg_trgm add sequence shared.ticket_number",
    reverse: "alter extension pg_trgm drop sequence shared.ticket_number",
    as: "supabase_admin",
    reports: changed("extension pg_trgm", "members"),
    severity: "opens",
  },
  {
    name: "backups leave out a table of another application, because it is added to an extension",
    change: "alter extension pg_trgm add table public.legacy",
    reverse: "alter extension pg_trgm drop table public.legacy",
    as: "supabase_admin",
    reports: changed("extension pg_trgm", "members"),
    severity: "opens",
  },
  {
    name: "a partition of the bundle's table with row-level security is added in a schema of the platform",
    change:
      "create table extensions.metrics_2025 partition of shared.metrics for values from ('2025-01-01') to ('2026-01-01'); alter table extensions.metrics_2025 enable row level security, force row level security; grant insert on extensions.metrics_2025 to anon",
    reverse: "drop table extensions.metrics_2025",
    as: "supabase_admin",
    reports: extra("table extensions.metrics_2025"),
    severity: "opens",
  },
  {
    name: "a foreign table in a schema of the platform calls a function for each new row",
    change:
      "create foreign table extensions.partner_orders (id bigint) server partner; create trigger copy before insert on extensions.partner_orders for each row execute function suppress_redundant_updates_trigger()",
    reverse: "drop foreign table extensions.partner_orders",
    as: "supabase_admin",
    reports: extra("foreign table extensions.partner_orders", "trigger extensions.partner_orders copy"),
    severity: "opens",
  },
  {
    name: "a column contains rows of a private table, whose types count",
    change:
      "create domain legacy_private.code as text constraint known check (value <> ''); create table legacy_private.entry (code legacy_private.code); create table public.entries (entry legacy_private.entry); alter table public.entries enable row level security",
    reverse: "drop table public.entries; drop table legacy_private.entry; drop domain legacy_private.code",
    reports: extra("table legacy_private.entry", "table public.entries", "type legacy_private.code"),
    severity: "extra",
  },
  {
    name: "a column contains several ranges of a private type, whose function counts",
    change:
      "create function legacy_private.distance(a integer, b integer) returns double precision language sql immutable as $$ select 1.0::double precision $$; create type legacy_private.spans as range (subtype = integer, subtype_diff = legacy_private.distance, multirange_type_name = legacy_private.many_spans); create table public.spans (spans legacy_private.many_spans); alter table public.spans enable row level security",
    reverse:
      "drop table public.spans; drop type legacy_private.spans cascade; drop function if exists legacy_private.distance(integer, integer)",
    reports: extra(
      "function legacy_private.distance(integer, integer)",
      "table public.spans",
      "type legacy_private.spans",
    ),
    severity: "opens",
  },
  {
    name: "the domain of a function's argument limits what it returns",
    change:
      "create domain legacy_private.few as integer constraint few check (value < 10); create function public.first_rows(n legacy_private.few) returns setof public.legacy language sql as $$ select * from public.legacy limit n $$",
    reverse: "drop function public.first_rows(legacy_private.few); drop domain legacy_private.few",
    reports: extra("function public.first_rows(legacy_private.few)", "type legacy_private.few"),
    severity: "opens",
  },
  {
    name: "sessions of the Data API's login act as another login",
    change: "alter role authenticator set session_authorization = 'postgres'",
    reverse: "alter role authenticator reset session_authorization",
    as: "supabase_admin",
    reports: changed("role settings authenticator", "session_authorization"),
    severity: "opens",
  },
  {
    name: "the server's functions are loaded from another folder",
    change: "alter role authenticator set dynamic_library_path = '/tmp'",
    reverse: "alter role authenticator reset dynamic_library_path",
    as: "supabase_admin",
    reports: changed("role settings authenticator", "dynamic_library_path"),
    severity: "opens",
  },
  {
    name: "all requests without claims have those of the service role",
    change: `alter database postgres set "request.jwt.claims" = '{"role": "service_role"}'`,
    reverse: `alter database postgres reset "request.jwt.claims"`,
    as: "supabase_admin",
    reports: extra("database settings"),
    severity: "opens",
  },
  {
    name: "the Supabase CLI's temporary role does not expire",
    change: "create role cli_login_postgres login noinherit in role postgres valid until '2099-01-01'",
    reverse: "drop role cli_login_postgres",
    as: "supabase_admin",
    reports: extra("role cli_login_postgres", "membership cli_login_postgres in postgres"),
    severity: "opens",
  },
  {
    name: "another role becomes a member of the Supabase CLI's temporary role",
    change:
      "create role cli_login_postgres login in role postgres valid until '2020-01-01'; create role bystander nologin in role cli_login_postgres",
    reverse: "drop role bystander; drop role cli_login_postgres",
    as: "supabase_admin",
    reports: extra("membership bystander in cli_login_postgres", "role bystander"),
    severity: "opens",
  },
  {
    name: "the Supabase CLI's temporary role, which has expired, gets another role",
    change:
      "create role cli_login_postgres login in role postgres valid until '2020-01-01'; grant app_owner to cli_login_postgres",
    reverse: "drop role cli_login_postgres",
    as: "supabase_admin",
    reports: extra("membership cli_login_postgres in app_owner"),
    severity: "opens",
  },
  {
    name: "all sessions of the database begin as the service role, also that of the refresh",
    change: "alter database postgres set role = 'service_role'",
    reverse: "alter database postgres reset role",
    as: "supabase_admin",
    reports: extra("database settings"),
    severity: "opens",
    takenBackBy: "alter database postgres reset role",
  },
  {
    name: "sessions of the deploying role begin as an API role",
    change: "alter role postgres set role = 'anon'",
    reverse: "alter role postgres reset role",
    as: "supabase_admin",
    reports: changed("role settings postgres", "role"),
    severity: "opens",
    takenBackBy: "alter role postgres reset role",
  },
  {
    name: "texts with a backslash in statements of all sessions mean something else",
    change: "alter database postgres set standard_conforming_strings = off",
    reverse: "alter database postgres reset standard_conforming_strings",
    as: "supabase_admin",
    reports: extra("database settings"),
    severity: "opens",
    takenBackBy: "alter database postgres reset standard_conforming_strings",
  },
  {
    name: "API clients reach the owner of the tables through a new role",
    change: "create role bridge nologin; grant app_owner to bridge; grant bridge to authenticated",
    reverse: "drop role bridge",
    reports: extra("membership authenticated in bridge", "membership bridge in app_owner", "role bridge"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "the policy that hides other users' jobs shows all",
    change: "alter policy cron_job_policy on cron.job using (true)",
    reverse: "alter policy cron_job_policy on cron.job using (username = current_user)",
    as: "supabase_admin",
    reports: changed("policy cron.job cron_job_policy", "using"),
    severity: "opens",
  },
  {
    name: "API clients may create tables in the schema of large values",
    change: "grant usage, create on schema pg_toast to anon",
    reverse: "revoke usage, create on schema pg_toast from anon",
    as: "supabase_admin",
    reports: extra(
      "system privilege create on schema pg_toast to anon",
      "system privilege usage on schema pg_toast to anon",
    ),
    severity: "opens",
  },
  {
    name: "a partition of another application's table lacks row-level security",
    change: "create table public.parts_2 partition of public.parts for values from (100) to (200)",
    reverse: "drop table public.parts_2",
    reports: extra("table public.parts_2"),
    severity: "opens",
  },
];
