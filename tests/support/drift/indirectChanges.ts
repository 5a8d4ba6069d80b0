import { changed, extra, type PostureChange } from "./postureChange";

/** Changes to what other objects rely on: schemas' owners, roles' roles, what guards use, and the server itself. */
export const indirectChanges: readonly PostureChange[] = [
  {
    name: "an API role has a schema of its own",
    change: "create schema mine authorization anon; create table mine.copies as select * from public.legacy",
    reverse: "drop schema mine cascade",
    as: "supabase_admin",
    reports: extra("schema mine", "table mine.copies"),
    severity: "opens",
  },
  {
    name: "an API role owns a schema",
    change: "alter schema legacy_private owner to authenticated",
    reverse: "alter schema legacy_private owner to postgres",
    as: "supabase_admin",
    reports: extra("schema legacy_private"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "a private table is granted to a role whose privileges authenticated has",
    change:
      "grant usage on schema legacy_private to helpers; grant select on legacy_private.notes to helpers",
    reverse:
      "revoke usage on schema legacy_private from helpers; revoke select on legacy_private.notes from helpers",
    reports: extra("schema legacy_private", "table legacy_private.notes"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "a view that a policy of another application reads shows more",
    change: "create or replace view legacy_private.allowed as select generate_series(1, 100)::bigint as id",
    reverse: "create or replace view legacy_private.allowed as select 1::bigint as id",
    reports: changed("view legacy_private.allowed", "definition"),
    severity: "opens",
  },
  {
    name: "a function that a guard calls without naming its schema says more",
    change:
      "create or replace function legacy_private.lowest() returns bigint language sql as $$ select 0 $$",
    reverse:
      "create or replace function legacy_private.lowest() returns bigint language sql as $$ select 5 $$",
    reports: changed("function legacy_private.lowest()", "body"),
    severity: "opens",
  },
  {
    name: "a hook of Auth adds claims",
    change:
      "create or replace function legacy_private.hook(event jsonb) returns jsonb language sql as $$ select event || '{}' $$",
    reverse:
      "create or replace function legacy_private.hook(event jsonb) returns jsonb language sql as $$ select event $$",
    reports: changed("function legacy_private.hook(jsonb)", "body"),
    severity: "opens",
  },
  {
    name: "the function before each request of the API checks nothing",
    change:
      "create or replace function legacy_private.check_request() returns void language plpgsql as $$ begin end $$",
    reverse:
      "create or replace function legacy_private.check_request() returns void language plpgsql as $$ begin perform 1; end $$",
    reports: changed("function legacy_private.check_request()", "body"),
    severity: "opens",
  },
  {
    name: "a private table becomes a child of one that the API exposes",
    change: "alter table legacy_private.notes inherit public.parent",
    reverse: "alter table legacy_private.notes no inherit public.parent",
    reports: extra("table legacy_private.notes"),
    severity: "opens",
  },
  {
    name: "an API role owns one day's messages",
    change:
      "do $$ begin execute format('alter table realtime.%I owner to authenticated', to_char(now(), '\"messages_\"YYYY_MM_DD')); end $$",
    reverse:
      "do $$ begin execute format('alter table realtime.%I owner to supabase_realtime_admin', to_char(now(), '\"messages_\"YYYY_MM_DD')); end $$",
    as: "supabase_admin",
    reports: [],
    andFurther: true,
    severity: "opens",
  },
  {
    name: "anon reads one column of the roles' passwords",
    change: "grant select (rolpassword) on pg_authid to anon",
    reverse: "revoke select (rolpassword) on pg_authid from anon",
    as: "supabase_admin",
    reports: extra("system privilege select (rolpassword) on table pg_authid to anon"),
    severity: "opens",
    takenBackBy: "revoke select (rolpassword) on table pg_authid from anon",
  },
  {
    name: "API clients may create functions in the server's own schema",
    change: "grant create on schema pg_catalog to authenticated",
    reverse: "revoke create on schema pg_catalog from authenticated",
    as: "supabase_admin",
    reports: extra("system privilege create on schema pg_catalog to authenticated"),
    severity: "opens",
    takenBackBy: "revoke create on schema pg_catalog from authenticated",
  },
  {
    name: "an API role owns a large object",
    change: "alter large object 515151 owner to anon",
    reverse: "alter large object 515151 owner to postgres",
    as: "supabase_admin",
    reports: extra("large object 515151"),
    severity: "opens",
  },
  {
    name: "an aggregate in public counts otherwise",
    change: "create or replace aggregate public.sum_of(integer) (sfunc = int4mul, stype = integer)",
    reverse: "create or replace aggregate public.sum_of(integer) (sfunc = int4pl, stype = integer)",
    reports: changed("aggregate public.sum_of(integer)", "content"),
    severity: "opens",
  },
  {
    name: "an operator in public compares otherwise",
    change:
      "drop operator public.<<>>(uuid, uuid); create operator public.<<>> (leftarg = uuid, rightarg = uuid, function = pg_catalog.uuid_ne)",
    reverse:
      "drop operator public.<<>>(uuid, uuid); create operator public.<<>> (leftarg = uuid, rightarg = uuid, function = pg_catalog.uuid_eq)",
    reports: changed("operator public.<<>>(pg_catalog.uuid,pg_catalog.uuid)", "content"),
    severity: "opens",
  },
  {
    name: "a cast becomes implicit",
    change: "drop cast (money as integer); create cast (money as integer) with inout as implicit",
    reverse: "drop cast (money as integer); create cast (money as integer) with inout as assignment",
    as: "supabase_admin",
    reports: changed("cast (pg_catalog.money AS integer)", "content"),
    severity: "opens",
  },
  {
    name: "an operator is added to the schema of the extensions, which every search path has",
    change:
      "create operator extensions.=== (leftarg = text, rightarg = uuid, function = legacy_private.never)",
    reverse: "drop operator extensions.===(text, uuid)",
    reports: extra("operator extensions.===(pg_catalog.text,pg_catalog.uuid)"),
    severity: "opens",
  },
  {
    name: "a function in public has another default argument",
    change:
      "create or replace function public.loose(a bigint, bypass boolean default true) returns boolean language sql as $$ select a > 10 or bypass $$",
    reverse:
      "create or replace function public.loose(a bigint, bypass boolean default false) returns boolean language sql as $$ select a > 10 or bypass $$",
    reports: changed("function public.loose(bigint, boolean)", "arguments"),
    severity: "opens",
  },
  {
    name: "a function of the platform may see rows before policies do",
    change: "alter function auth.uid() leakproof",
    reverse: "alter function auth.uid() not leakproof",
    as: "supabase_admin",
    reports: changed("function auth.uid()", "declaration"),
    severity: "opens",
  },
  {
    name: "a role of the server is granted to another, and its members read all data",
    change: "grant pg_read_all_data to pg_monitor",
    reverse: "revoke pg_read_all_data from pg_monitor",
    as: "supabase_admin",
    reports: extra("membership pg_monitor in pg_read_all_data"),
    severity: "opens",
    takenBackBy: "revoke pg_read_all_data from pg_monitor",
  },
  {
    name: "a subscription writes as its owner",
    change: "alter subscription warehouse set (run_as_owner = true)",
    reverse: "alter subscription warehouse set (run_as_owner = false)",
    as: "supabase_admin",
    reports: changed("subscription warehouse", "runAsOwner"),
    from: 16,
    severity: "opens",
  },
  {
    name: "a server has another owner",
    change: "alter server partner owner to postgres",
    reverse:
      "alter server partner owner to supabase_admin; grant usage on foreign server partner to postgres",
    as: "supabase_admin",
    reports: changed("server partner", "content"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "an index runs a function for each new user",
    change:
      "create function public.spy(value text) returns text language plpgsql immutable as $$ begin return value; end $$; create index spy on auth.users (public.spy(email))",
    reverse: "drop index auth.spy; drop function public.spy(text)",
    as: "supabase_admin",
    reports: [...extra("function public.spy(text)"), ...changed("table auth.users", "expressions")],
    severity: "opens",
  },
  {
    name: "a function of the server is replaced",
    change: "alter function pg_catalog.pg_ls_logdir() security definer",
    reverse: "alter function pg_catalog.pg_ls_logdir() security invoker",
    as: "supabase_admin",
    reports: changed("built-in functions", "content"),
    severity: "opens",
  },
  {
    name: "a replication slot is named like those of Realtime",
    change: "select pg_create_logical_replication_slot('supabase_realtime_leak', 'pgoutput')",
    reverse: "select pg_drop_replication_slot('supabase_realtime_leak')",
    as: "supabase_admin",
    reports: extra("replication slot supabase_realtime_leak"),
    severity: "opens",
  },
  {
    name: "a security provider is told otherwise about a table",
    change:
      "set local allow_system_table_mods = on; insert into pg_seclabel values ('public.legacy'::regclass, 'pg_class'::regclass, 0, 'pgsodium', 'x')",
    reverse: "set local allow_system_table_mods = on; delete from pg_seclabel",
    as: "supabase_admin",
    reports: extra("security label pgsodium on table public.legacy"),
    severity: "opens",
  },
];
