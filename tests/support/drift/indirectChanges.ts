import { changed, extra, type PostureChange } from "./postureChange";

/** Changes with an indirect effect: owners of schemas, indirect memberships, dependencies of policies, and the server itself. */
export const indirectChanges: readonly PostureChange[] = [
  {
    name: "a schema owned by an API role is created",
    change: "create schema mine authorization anon; create table mine.copies as select * from public.legacy",
    reverse: "drop schema mine cascade",
    as: "supabase_admin",
    reports: extra("schema mine", "table mine.copies"),
    severity: "opens",
  },
  {
    name: "an API role becomes the owner of a schema",
    change: "alter schema legacy_private owner to authenticated",
    reverse: "alter schema legacy_private owner to postgres",
    as: "supabase_admin",
    reports: extra("schema legacy_private"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "a private table is granted to a role from which authenticated inherits",
    change:
      "grant usage on schema legacy_private to helpers; grant select on legacy_private.notes to helpers",
    reverse:
      "revoke usage on schema legacy_private from helpers; revoke select on legacy_private.notes from helpers",
    reports: extra("schema legacy_private", "table legacy_private.notes"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "a view that another application's policy reads returns more rows",
    change: "create or replace view legacy_private.allowed as select generate_series(1, 100)::bigint as id",
    reverse: "create or replace view legacy_private.allowed as select 1::bigint as id",
    reports: changed("view legacy_private.allowed", "definition"),
    severity: "opens",
  },
  {
    name: "a function that a policy indirectly calls without a schema returns a lower limit",
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
    name: "the Data API's function before each request checks nothing",
    change:
      "create or replace function legacy_private.check_request() returns void language plpgsql as $$ begin end $$",
    reverse:
      "create or replace function legacy_private.check_request() returns void language plpgsql as $$ begin perform 1; end $$",
    reports: changed("function legacy_private.check_request()", "body"),
    severity: "opens",
  },
  {
    name: "a private table inherits from a table in an exposed schema",
    change: "alter table legacy_private.notes inherit public.parent",
    reverse: "alter table legacy_private.notes no inherit public.parent",
    reports: extra("table legacy_private.notes"),
    severity: "opens",
  },
  {
    name: "an API role becomes the owner of one day's partition of the messages",
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
    name: "anon may read the column with the roles' password hashes",
    change: "grant select (rolpassword) on pg_authid to anon",
    reverse: "revoke select (rolpassword) on pg_authid from anon",
    as: "supabase_admin",
    reports: extra("system privilege select (rolpassword) on table pg_authid to anon"),
    severity: "opens",
    takenBackBy: "revoke select (rolpassword) on table pg_authid from anon",
  },
  {
    name: "API roles may create functions in pg_catalog",
    change: "grant create on schema pg_catalog to authenticated",
    reverse: "revoke create on schema pg_catalog from authenticated",
    as: "supabase_admin",
    reports: extra("system privilege create on schema pg_catalog to authenticated"),
    severity: "opens",
    takenBackBy: "revoke create on schema pg_catalog from authenticated",
  },
  {
    name: "an API role becomes the owner of a large object",
    change: "alter large object 515151 owner to anon",
    reverse: "alter large object 515151 owner to postgres",
    as: "supabase_admin",
    reports: extra("large object 515151"),
    severity: "opens",
  },
  {
    name: "an aggregate in public gets another transition function",
    change: "create or replace aggregate public.sum_of(integer) (sfunc = int4mul, stype = integer)",
    reverse: "create or replace aggregate public.sum_of(integer) (sfunc = int4pl, stype = integer)",
    reports: changed("aggregate public.sum_of(integer)", "content"),
    severity: "opens",
  },
  {
    name: "an operator in public gets another function",
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
    name: "an operator is added to the schema extensions, which is on every search path",
    change:
      "create operator extensions.=== (leftarg = text, rightarg = uuid, function = legacy_private.never)",
    reverse: "drop operator extensions.===(text, uuid)",
    reports: extra(
      "function legacy_private.never(text, uuid)",
      "operator extensions.===(pg_catalog.text,pg_catalog.uuid)",
    ),
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
    name: "a function of the platform becomes LEAKPROOF, so it may run before policies",
    change: "alter function auth.uid() leakproof",
    reverse: "alter function auth.uid() not leakproof",
    as: "supabase_admin",
    reports: changed("function auth.uid()", "declaration"),
    severity: "opens",
  },
  {
    name: "a predefined role gets another one, so its members read all data",
    change: "grant pg_read_all_data to pg_monitor",
    reverse: "revoke pg_read_all_data from pg_monitor",
    as: "supabase_admin",
    reports: extra("membership pg_monitor in pg_read_all_data"),
    severity: "opens",
    takenBackBy: "revoke pg_read_all_data from pg_monitor",
  },
  {
    name: "a subscription applies changes as its owner",
    change: "alter subscription warehouse set (run_as_owner = true)",
    reverse: "alter subscription warehouse set (run_as_owner = false)",
    as: "supabase_admin",
    reports: changed("subscription warehouse", "runAsOwner"),
    from: 16,
    severity: "opens",
  },
  {
    name: "a foreign server's owner changes",
    change: "alter server partner owner to postgres",
    reverse:
      "alter server partner owner to supabase_admin; grant usage on foreign server partner to postgres",
    as: "supabase_admin",
    reports: changed("server partner", "content"),
    andFurther: true,
    severity: "opens",
  },
  {
    name: "an index calls a function for each new user",
    change:
      "create function public.spy(value text) returns text language plpgsql immutable as $$ begin return value; end $$; create index spy on auth.users (public.spy(email))",
    reverse: "drop index auth.spy; drop function public.spy(text)",
    as: "supabase_admin",
    reports: [...extra("function public.spy(text)"), ...changed("table auth.users", "expressions")],
    severity: "opens",
  },
  {
    name: "a function in pg_catalog becomes SECURITY DEFINER",
    change: "alter function pg_catalog.pg_ls_logdir() security definer",
    reverse: "alter function pg_catalog.pg_ls_logdir() security invoker",
    as: "supabase_admin",
    reports: changed("built-in functions", "content"),
    severity: "opens",
  },
  {
    name: "a replication slot has a name like Realtime's",
    change: "select pg_create_logical_replication_slot('supabase_realtime_leak', 'pgoutput')",
    reverse: "select pg_drop_replication_slot('supabase_realtime_leak')",
    as: "supabase_admin",
    reports: extra("replication slot supabase_realtime_leak"),
    severity: "opens",
  },
  {
    name: "a table's security label changes",
    change:
      "set local allow_system_table_mods = on; insert into pg_seclabel values ('public.legacy'::regclass, 'pg_class'::regclass, 0, 'pgsodium', 'x')",
    reverse: "set local allow_system_table_mods = on; delete from pg_seclabel",
    as: "supabase_admin",
    reports: extra("security label pgsodium on table public.legacy"),
    severity: "opens",
  },
];
