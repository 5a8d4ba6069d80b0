import { changed, extra, missing, type PostureChange } from "./postureChange";

/**
 * Changes of what guards the rows of other applications: defaults, constraints and domains in exposed schemas, private objects on
 * which exposed ones rely, foreign tables, members of extensions, and settings that say who is asking.
 */
export const guardChanges: readonly PostureChange[] = [
  {
    name: "a partition of the bundle's table is on another server",
    change:
      "create schema hidden; create foreign table hidden.metrics_2025 partition of shared.metrics for values from ('2025-01-01') to ('2026-01-01') server partner",
    reverse: "drop schema hidden cascade",
    reports: extra("foreign table hidden.metrics_2025"),
    severity: "opens",
  },
  {
    name: "rows of another server are read with those of the bundle's table",
    change:
      "create schema hidden; create foreign table hidden.more () inherits (shared.customers) server partner",
    reverse: "drop schema hidden cascade",
    reports: extra("foreign table hidden.more"),
    severity: "opens",
  },
  {
    name: "a foreign table shows another table of the other server",
    change: "alter foreign table public.partner_orders options (set table_name 'secrets')",
    reverse: "alter foreign table public.partner_orders options (set table_name 'orders')",
    as: "supabase_admin",
    reports: changed("foreign table public.partner_orders", "wrapperOptions"),
    severity: "opens",
  },
  {
    name: "a column of a foreign table shows another column",
    change:
      "alter foreign table public.partner_orders alter column body options (add column_name 'password')",
    reverse: "alter foreign table public.partner_orders alter column body options (drop column_name)",
    as: "supabase_admin",
    reports: extra("column public.partner_orders body"),
    severity: "opens",
  },
  {
    name: "a column default in public gives new rows another role",
    change: "alter table public.legacy alter column body set default 'admin'",
    reverse: "alter table public.legacy alter column body drop default",
    reports: changed("table public.legacy", "defaults"),
    severity: "opens",
  },
  {
    name: "a default of a view in public gives new rows another role",
    change: "alter view public.legacy_titles alter column id set default 5",
    reverse: "alter view public.legacy_titles alter column id drop default",
    reports: changed("view public.legacy_titles", "defaults"),
    severity: "opens",
  },
  {
    name: "a column in public may be empty",
    change: "alter table public.optional alter column id drop not null",
    reverse: "alter table public.optional alter column id set not null",
    reports: changed("table public.optional", "defaults"),
    severity: "opens",
  },
  {
    name: "a check in public is dropped",
    change: "alter table public.legacy drop constraint short_body",
    reverse: "alter table public.legacy add constraint short_body check (length(body) < 1000)",
    reports: changed("table public.legacy", "constraints"),
    severity: "opens",
  },
  {
    name: "a unique index in public is dropped",
    change: "drop index public.legacy_body_key",
    reverse: "create unique index legacy_body_key on public.legacy (body)",
    reports: changed("table public.legacy", "constraints"),
    severity: "opens",
  },
  {
    name: "an index in public calls a private function for each new row",
    change: "create index spy on public.legacy (legacy_private.spy(body))",
    reverse: "drop index public.spy",
    reports: [
      ...extra("function legacy_private.spy(text)"),
      ...changed("table public.legacy", "expressions"),
    ],
    severity: "opens",
  },
  {
    name: "the check of a domain in public is dropped",
    change: "alter domain public.email drop constraint has_at",
    reverse: "alter domain public.email add constraint has_at check (value like '%@%')",
    reports: changed("type public.email", "constraints"),
    severity: "opens",
  },
  {
    name: "a type in pg_catalog is found instead of an extension's",
    change: "create domain pg_catalog.citext as text",
    reverse: "drop domain pg_catalog.citext",
    as: "supabase_admin",
    reports: extra("type pg_catalog.citext"),
    severity: "opens",
  },
  {
    name: "an API role becomes the owner of a sequence in public",
    change: "alter sequence public.numbers owner to authenticated",
    reverse: "alter sequence public.numbers owner to postgres",
    as: "supabase_admin",
    reports: extra("sequence public.numbers"),
    severity: "opens",
  },
  {
    name: "two labels of an enum in public are swapped",
    change:
      "alter type public.app_role rename value 'member' to 'x'; alter type public.app_role rename value 'admin' to 'member'; alter type public.app_role rename value 'x' to 'admin'",
    reverse:
      "alter type public.app_role rename value 'member' to 'x'; alter type public.app_role rename value 'admin' to 'member'; alter type public.app_role rename value 'x' to 'admin'",
    reports: changed("type public.app_role", "labels"),
    severity: "opens",
  },
  {
    name: "a function of another application becomes STRICT, so it returns null",
    change: "alter function public.loose(bigint, boolean) strict",
    reverse: "alter function public.loose(bigint, boolean) called on null input",
    reports: changed("function public.loose(bigint, boolean)", "strict"),
    severity: "changes",
  },
  {
    name: "a procedure in public has another default argument",
    change:
      "create or replace procedure public.purge(keep bigint default 0) language sql as $$ delete from public.legacy where id > keep $$",
    reverse:
      "create or replace procedure public.purge(keep bigint default 10) language sql as $$ delete from public.legacy where id > keep $$",
    reports: changed("procedure public.purge(bigint)", "arguments"),
    severity: "opens",
  },
  {
    name: "API roles may read a private table, which a view with its caller's privileges shows",
    change: "grant select on legacy_private.acl to authenticated",
    reverse: "revoke select on legacy_private.acl from authenticated",
    reports: changed("table legacy_private.acl", "grants"),
    severity: "opens",
    takenBackBy: "revoke select on table legacy_private.acl from authenticated",
  },
  {
    name: "API roles may read a column of a private table, which such a view shows",
    change: "grant select (id) on legacy_private.acl to authenticated",
    reverse: "revoke select (id) on legacy_private.acl from authenticated",
    reports: extra("column legacy_private.acl id"),
    severity: "opens",
  },
  {
    name: "row-level security is disabled on a private table that such a view shows",
    change: "alter table legacy_private.acl disable row level security",
    reverse: "alter table legacy_private.acl enable row level security",
    reports: changed("table legacy_private.acl", "rowSecurity"),
    severity: "opens",
    takenBackBy: "alter table legacy_private.acl enable row level security",
  },
  {
    name: "a restrictive policy of a private table that such a view shows is dropped",
    change: "drop policy narrow on legacy_private.acl",
    reverse:
      "create policy narrow on legacy_private.acl as restrictive for select to authenticated using (id > 10)",
    reports: missing("policy legacy_private.acl narrow"),
    severity: "opens",
  },
  {
    name: "a function that another one calls with quoted names is replaced",
    change:
      "create or replace function legacy_private.quoted() returns boolean language sql as $$ select true $$",
    reverse:
      "create or replace function legacy_private.quoted() returns boolean language sql as $$ select false $$",
    reports: changed("function legacy_private.quoted()", "body"),
    severity: "opens",
  },
  {
    name: "a function that another one finds in the Data API's search path is replaced",
    change:
      "create or replace function legacy_private.bare() returns boolean language sql as $$ select true $$",
    reverse:
      "create or replace function legacy_private.bare() returns boolean language sql as $$ select false $$",
    reports: changed("function legacy_private.bare()", "body"),
    severity: "opens",
  },
  {
    name: "a function that Auth may call as a member of PUBLIC is replaced",
    change:
      "create or replace function legacy_hooks.claims(event jsonb) returns jsonb language sql as $$ select event || '{}' $$",
    reverse:
      "create or replace function legacy_hooks.claims(event jsonb) returns jsonb language sql as $$ select event $$",
    reports: changed("function legacy_hooks.claims(jsonb)", "body"),
    severity: "opens",
  },
  {
    name: "all requests of a role are of one user, for auth.uid()",
    change: "alter role authenticated set \"request.jwt.claim.sub\" = '00000000-0000-4000-8000-000000000001'",
    reverse: 'alter role authenticated reset "request.jwt.claim.sub"',
    as: "supabase_admin",
    reports: changed("role settings authenticated", "request.jwt.claim.sub"),
    severity: "opens",
    takenBackBy: "alter role authenticated reset request.jwt.claim.sub",
  },
  {
    name: "a role may delete files past the platform's trigger",
    change: "alter role authenticated set storage.allow_delete_query = 'true'",
    reverse: "alter role authenticated reset storage.allow_delete_query",
    as: "supabase_admin",
    reports: changed("role settings authenticated", "storage.allow_delete_query"),
    severity: "opens",
  },
  {
    name: "tokens that are signed with another secret are accepted",
    change: "alter role authenticator set pgrst.jwt_secret = 'do-not-print-this'",
    reverse: "alter role authenticator reset pgrst.jwt_secret",
    reports: changed("role settings authenticator", "pgrst.jwt_secret"),
    severity: "opens",
    takenBackBy: "alter role authenticator reset pgrst.jwt_secret",
  },
  {
    name: "an expired login may log in again",
    change: "alter role former valid until '2099-01-01'",
    reverse: "alter role former valid until '2020-01-01'",
    reports: changed("role former", "validUntil"),
    severity: "opens",
  },
  {
    name: "the owner of the publication of Realtime changes",
    change: "alter publication supabase_realtime owner to supabase_admin",
    reverse: "alter publication supabase_realtime owner to postgres",
    as: "supabase_admin",
    reports: changed("publication supabase_realtime", "owner"),
    severity: "opens",
  },
  {
    name: "an operator of an extension calls another function",
    change:
      "alter extension pg_trgm drop operator extensions.<% (text, text); drop operator extensions.<% (text, text); create operator extensions.<% (leftarg = text, rightarg = text, function = texteq); alter extension pg_trgm add operator extensions.<% (text, text)",
    reverse:
      "alter extension pg_trgm drop operator extensions.<% (text, text); drop operator extensions.<% (text, text); create operator extensions.<% (leftarg = text, rightarg = text, function = extensions.word_similarity_op, commutator = operator(extensions.%>), restrict = matchingsel, join = matchingjoinsel); alter extension pg_trgm add operator extensions.<% (text, text)",
    as: "supabase_admin",
    reports: changed("extension pg_trgm", "content"),
    severity: "opens",
  },
  {
    name: "an API role becomes the owner of an extension's function",
    change: "alter function extensions.show_limit() owner to authenticated",
    reverse: "alter function extensions.show_limit() owner to supabase_admin",
    as: "supabase_admin",
    reports: changed("extension pg_trgm", "content"),
    severity: "opens",
  },
  {
    name: "an extension's function becomes LEAKPROOF, so it may run before policies",
    change: "alter function extensions.similarity(text, text) leakproof",
    reverse: "alter function extensions.similarity(text, text) not leakproof",
    as: "supabase_admin",
    reports: changed("extension pg_trgm", "content"),
    severity: "opens",
  },
  {
    name: "an API role becomes the owner of an extension's table",
    change: "alter table cron.job_run_details owner to authenticated",
    reverse: "alter table cron.job_run_details owner to supabase_admin",
    as: "supabase_admin",
    reports: changed("table cron.job_run_details", "owner"),
    severity: "opens",
  },
  {
    name: "a predefined role may write to the table of jobs, and so may its members",
    change: "grant insert on cron.job to pg_read_all_stats",
    reverse: "revoke insert on cron.job from pg_read_all_stats",
    as: "supabase_admin",
    reports: extra("extension privilege insert on table cron.job to pg_read_all_stats"),
    severity: "opens",
    takenBackBy: "revoke insert on table cron.job from pg_read_all_stats",
  },
  {
    name: "the recorded statements of a file are edited in the history",
    change:
      "update supabase_migrations.bundle_files set states = states || '[\"x\"]' where path = 'repeatable/50_grants.sql'",
    reverse:
      "update supabase_migrations.bundle_files set states = states - -1 where path = 'repeatable/50_grants.sql'",
    reports: changed("history record repeatable/50_grants.sql", "content"),
    severity: "changes",
  },
];
