import { changed, extra, missing, type PostureChange } from "./postureChange";

const provider = (name: string) => `OAuth provider custom:${name}`;
const ofProvider = (name: string, assignment: string, back: string) => ({
  change: `update auth.custom_oauth_providers set ${assignment} where identifier = 'custom:${name}'`,
  reverse: `update auth.custom_oauth_providers set ${back} where identifier = 'custom:${name}'`,
  as: "supabase_admin" as const,
  reports: changed(provider(name), "content"),
  severity: "opens" as const,
});

/** Changes that remove a limit: of views, default privileges, identity providers, slots and names without a schema. */
export const limitChanges: readonly PostureChange[] = [
  {
    name: "a physical replication slot, from which a copy of the whole server can be kept, is created",
    change: "select pg_create_physical_replication_slot('copy_of_all')",
    reverse: "select pg_drop_replication_slot('copy_of_all')",
    as: "supabase_admin",
    reports: extra("replication slot copy_of_all"),
    severity: "opens",
    takenBackBy: "select pg_drop_replication_slot('copy_of_all')",
  },
  {
    name: "a physical replication slot keeps the log from now on",
    change: "select pg_create_physical_replication_slot('copy_from_now', true)",
    reverse: "select pg_drop_replication_slot('copy_from_now')",
    as: "supabase_admin",
    reports: extra("replication slot copy_from_now"),
    severity: "opens",
  },
  {
    name: "users may sign in with a custom identity provider that is added",
    change:
      "insert into auth.custom_oauth_providers (provider_type, identifier, name, client_id, client_secret, issuer) values ('oidc', 'custom:evil', 'Evil', 'x', 'do-not-print-this', 'https://evil.example')",
    reverse: "delete from auth.custom_oauth_providers where identifier = 'custom:evil'",
    as: "supabase_admin",
    reports: extra(provider("evil")),
    severity: "opens",
    takenBackBy: "delete from auth.custom_oauth_providers where identifier = 'custom:evil'",
  },
  {
    name: "a custom identity provider has another issuer",
    ...ofProvider("known", "issuer = 'https://evil.example'", "issuer = 'https://idp.example'"),
  },
  {
    name: "tokens of another client of a custom identity provider are accepted",
    ...ofProvider("known", "acceptable_client_ids = '{theirs}'", "acceptable_client_ids = '{}'"),
  },
  {
    name: "ID tokens of a custom identity provider may be replayed",
    ...ofProvider("known", "skip_nonce_check = true", "skip_nonce_check = false"),
  },
  {
    name: "a claim of a custom identity provider becomes the email address",
    ...ofProvider("known", `attribute_mapping = '{"email": "nickname"}'`, "attribute_mapping = '{}'"),
  },
  {
    name: "the keys of a custom identity provider come from another URL",
    ...ofProvider("known", "jwks_uri = 'https://evil.example/keys'", "jwks_uri = null"),
  },
  {
    name: "a disabled custom identity provider is enabled",
    ...ofProvider("former", "enabled = true", "enabled = false"),
  },
  {
    name: "EXECUTE on an extension's function, which PUBLIC had lost, is granted to PUBLIC again",
    change: "grant execute on function extensions.nlevel(extensions.ltree) to public",
    reverse: "revoke execute on function extensions.nlevel(extensions.ltree) from public",
    as: "supabase_admin",
    reports: missing(
      "withheld privilege execute on function extensions.nlevel(extensions.ltree) from public",
    ),
    severity: "opens",
    takenBackBy: "revoke execute on function extensions.nlevel(extensions.ltree) from public",
  },
  {
    name: "the same in the schema public",
    change: "grant execute on function public.metaphone(text,integer) to public",
    reverse: "revoke execute on function public.metaphone(text,integer) from public",
    as: "supabase_admin",
    reports: missing("withheld privilege execute on function public.metaphone(text,integer) from public"),
    severity: "opens",
  },
  {
    name: "an extension is dropped, and with it a function that PUBLIC could not execute",
    change: "drop extension ltree",
    reverse:
      "create extension ltree schema extensions version '1.1'; revoke execute on function extensions.nlevel(extensions.ltree) from public",
    as: "supabase_admin",
    reports: missing("extension ltree"),
    severity: "changes",
  },
  {
    name: "an update of an extension recreates a function that PUBLIC could not execute, and removes another one",
    change: "alter extension pageinspect update to '1.9'",
    reverse: `drop extension pageinspect; create extension pageinspect schema extensions version '1.8';
      revoke execute on function extensions.bt_metap(text), extensions.get_raw_page(text, integer) from public`,
    as: "supabase_admin",
    reports: missing("withheld privilege execute on function extensions.bt_metap(text) from public"),
    severity: "opens",
    takenBackBy: "revoke execute on function extensions.bt_metap(text) from public",
  },
  {
    name: "a column of an extension's table in public is granted to anon",
    change: "grant update (body) on public.codes to anon",
    reverse: "revoke update (body) on public.codes from anon",
    as: "supabase_admin",
    reports: extra("extension privilege update (body) on table public.codes to anon"),
    severity: "opens",
    takenBackBy: "revoke update (body) on table public.codes from anon",
  },
  {
    name: "PUBLIC may execute future functions of a role again",
    change: "alter default privileges for role reporting grant execute on functions to public",
    reverse: "alter default privileges for role reporting revoke execute on functions from public",
    as: "supabase_admin",
    reports: missing("default privileges reporting functions"),
    severity: "opens",
  },
  {
    name: "PUBLIC may use future types of a role again",
    change: "alter default privileges for role reporting grant usage on types to public",
    reverse: "alter default privileges for role reporting revoke usage on types from public",
    as: "supabase_admin",
    reports: missing("default privileges reporting types"),
    severity: "opens",
  },
  {
    name: "assertions in functions are not checked",
    change: "alter role authenticated set plpgsql.check_asserts = off",
    reverse: "alter role authenticated reset plpgsql.check_asserts",
    as: "supabase_admin",
    reports: changed("role settings authenticated", "plpgsql.check_asserts"),
    severity: "opens",
  },
  {
    name: "a name in a function may mean its variable instead of the column",
    change: "alter role authenticated set plpgsql.variable_conflict = 'use_variable'",
    reverse: "alter role authenticated reset plpgsql.variable_conflict",
    as: "supabase_admin",
    reports: changed("role settings authenticated", "plpgsql.variable_conflict"),
    severity: "opens",
  },
  {
    name: "each session of a role calls a function when it first uses JavaScript",
    change: `alter role authenticated set "plv8.start_proc" = 'public.legacy_count'`,
    reverse: `alter role authenticated reset "plv8.start_proc"`,
    as: "supabase_admin",
    reports: changed("role settings authenticated", "plv8.start_proc"),
    severity: "opens",
  },
  {
    name: "all requests of a role are of one channel, for realtime.topic()",
    change: `alter role authenticated set "realtime.topic" = 'tenant-b'`,
    reverse: `alter role authenticated reset "realtime.topic"`,
    as: "supabase_admin",
    reports: changed("role settings authenticated", "realtime.topic"),
    severity: "opens",
  },
  {
    name: "a function in a schema that is named after the deploying role is found before the others",
    change:
      "create schema postgres; create function postgres.total_of() returns bigint language sql as $$ select 1::bigint $$",
    reverse: "drop schema postgres cascade",
    reports: extra("function postgres.total_of()"),
    severity: "opens",
  },
  {
    name: "a view in a schema that is named after an API role is found before the others",
    change: "create schema authenticated; create view authenticated.items as select * from public.legacy",
    reverse: "drop schema authenticated cascade",
    reports: extra("view authenticated.items"),
    severity: "extra",
  },
  {
    name: "a view in public no longer evaluates its condition first",
    change: "alter view public.barred reset (security_barrier)",
    reverse: "alter view public.barred set (security_barrier = true)",
    reports: changed("view public.barred", "options"),
    severity: "opens",
  },
  {
    name: "a view in public no longer checks what is written through it",
    change: "alter view public.barred reset (check_option)",
    reverse: "alter view public.barred set (check_option = local)",
    reports: changed("view public.barred", "options"),
    severity: "opens",
  },
  {
    name: "a foreign key in public is checked at the end of a transaction only",
    change: "alter table public.limited alter constraint of_legacy deferrable initially deferred",
    reverse: "alter table public.limited alter constraint of_legacy not deferrable",
    reports: changed("table public.limited", "constraints"),
    severity: "opens",
  },
  {
    name: "a domain in public gets a default",
    change: "alter domain public.email set default 'admin@example.com'",
    reverse: "alter domain public.email drop default",
    reports: changed("type public.email", "defaults"),
    severity: "opens",
  },
  {
    name: "what a role owns becomes an API role's",
    change: "reassign owned by reporting to authenticated",
    reverse: "alter function public.of_reporting() owner to reporting",
    as: "supabase_admin",
    reports: changed("function public.of_reporting()", "owner"),
    severity: "opens",
  },
  {
    name: "what a role holds is dropped, and a restrictive policy with it",
    change: "drop owned by auditors",
    reverse:
      "create policy not_for_auditors on public.limited as restrictive for select to auditors using (false)",
    as: "supabase_admin",
    reports: missing("policy public.limited not_for_auditors"),
    severity: "opens",
  },
  {
    name: "API clients may create triggers on another application's table",
    change: "grant trigger on public.legacy to authenticated",
    reverse: "revoke trigger on public.legacy from authenticated",
    reports: changed("table public.legacy", "grants"),
    severity: "opens",
  },
  {
    name: "API clients may lock another application's table",
    from: 17,
    change: "grant maintain on public.legacy to anon",
    reverse: "revoke maintain on public.legacy from anon",
    reports: changed("table public.legacy", "grants"),
    severity: "opens",
  },
  {
    name: "an index of the bundle's table calls a private function for each new row",
    change: "create index spied on shared.customers (legacy_private.spy(notes))",
    reverse: "drop index shared.spied",
    reports: extra("function legacy_private.spy(text)", "index shared.spied"),
    severity: "opens",
  },
  {
    name: "statistics of another application's table call a private function for each row that is analyzed",
    change: "create statistics public.spied on (legacy_private.spy(body)) from public.legacy",
    reverse: "drop statistics public.spied",
    reports: [...extra("function legacy_private.spy(text)"), ...changed("table public.legacy", "statistics")],
    severity: "opens",
  },
  {
    name: "statistics in another schema do so for the table of users",
    change: "create statistics legacy_private.spied on (legacy_private.spy(email)) from auth.users",
    reverse: "drop statistics legacy_private.spied",
    as: "supabase_admin",
    reports: [...extra("function legacy_private.spy(text)"), ...changed("table auth.users", "statistics")],
    severity: "opens",
  },
  {
    name: "statistics of the bundle's table do so",
    change: "create statistics shared.spied on (legacy_private.spy(notes)) from shared.customers",
    reverse: "drop statistics shared.spied",
    as: "supabase_admin",
    reports: extra("function legacy_private.spy(text)", "statistics shared.spied"),
    severity: "opens",
  },
];

/** Ordinary changes like these, which are not reported: each with its reverse, as a superuser. */
export const quietChanges: readonly {
  readonly name: string;
  readonly change: string;
  readonly reverse: string;
}[] = [
  {
    name: "another application adds a column without a limit",
    change: "alter table public.limited add column note text",
    reverse: "alter table public.limited drop column note",
  },
  {
    name: "another application adds columns with a limit",
    change: `alter table public.limited add column name varchar(255), add column price numeric(10,2),
      add column level legacy_private.level, add column made timestamp(3) with time zone, add column code_c text collate "C"`,
    reverse:
      "alter table public.limited drop column name, drop column price, drop column level, drop column made, drop column code_c",
  },
  {
    name: "an update of an extension removes a function that PUBLIC could not execute",
    change: "alter extension cube update to '1.4'",
    reverse: `drop extension cube; create extension cube schema extensions version '1.3';
      revoke execute on function extensions.g_cube_compress(internal) from public`,
  },
  {
    name: "a temporary replication slot, as of a backup",
    change: "select pg_create_physical_replication_slot('for_a_backup', false, true)",
    reverse: "select pg_drop_replication_slot('for_a_backup')",
  },
  {
    name: "Auth renews the discovery document of a custom identity provider",
    change:
      "update auth.custom_oauth_providers set cached_discovery = '{}', discovery_cached_at = now(), updated_at = now()",
    reverse: "update auth.custom_oauth_providers set cached_discovery = null, discovery_cached_at = null",
  },
  {
    name: "a schema that is named after a role contains what nothing names",
    change:
      "create schema postgres; create function postgres.unheard_of() returns integer language sql as $$ select 1 $$",
    reverse: "drop schema postgres cascade",
  },
  {
    name: "extended statistics of another application",
    change: "create statistics public.limited_stats on id, code from public.limited; analyze public.limited",
    reverse: "drop statistics public.limited_stats",
  },
  {
    name: "an application drops a queue, a table of its extension, and creates another one",
    change:
      "alter extension xml2 drop table queues.q_old; drop table queues.q_old; create table queues.q_new (id bigint); alter extension xml2 add table queues.q_new",
    reverse:
      "alter extension xml2 drop table queues.q_new; drop table queues.q_new; create table queues.q_old (id bigint not null); alter extension xml2 add table queues.q_old",
  },
  {
    name: "a colleague used the Supabase CLI without a password, whose temporary role expires",
    change:
      "create role cli_login_postgres noinherit in role postgres; alter role cli_login_postgres login valid until '2026-01-01'",
    reverse: "drop role cli_login_postgres",
  },
  {
    name: "an application creates an unlogged queue",
    change: "create unlogged table queues.q_fast (id bigint); alter extension xml2 add table queues.q_fast",
    reverse: "alter extension xml2 drop table queues.q_fast; drop table queues.q_fast",
  },
  {
    name: "an index without expressions is added to a table of the platform",
    change: "create index users_by_creation on auth.users (created_at)",
    reverse: "drop index auth.users_by_creation",
  },
  {
    name: "another application sets a statistics target",
    change: "alter table public.limited alter code set statistics 10",
    reverse: "alter table public.limited alter code set statistics -1",
  },
];
