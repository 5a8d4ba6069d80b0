import { changed, extra, type PostureChange } from "./postureChange";

/** Changes of what exposed objects use in private schemas: functions behind operators, casts and checks, types, and tables of views. */
export const usedChanges: readonly PostureChange[] = [
  {
    name: "a label of a private type is renamed, and a column contains arrays of it",
    change: "alter type legacy_private.stage rename value 'done' to 'closed'",
    reverse: "alter type legacy_private.stage rename value 'closed' to 'done'",
    reports: changed("type legacy_private.stage", "labels"),
    severity: "opens",
  },
  {
    name: "a label of a private type is renamed, and a column's composite type contains it",
    change: "alter type legacy_private.mood rename value 'bad' to 'worse'",
    reverse: "alter type legacy_private.mood rename value 'worse' to 'bad'",
    reports: changed("type legacy_private.mood", "labels"),
    severity: "opens",
  },
  {
    name: "the function of a private operator class of an index is replaced",
    change:
      "create or replace function legacy_private.compare_dates(a date, b date) returns integer language sql immutable as $$ select 0 $$",
    reverse:
      "create or replace function legacy_private.compare_dates(a date, b date) returns integer language sql immutable as $$ select date_cmp(a, b) $$",
    reports: changed("function legacy_private.compare_dates(date, date)", "body"),
    severity: "opens",
  },
  {
    name: "the function behind a private operator of a policy is replaced",
    change:
      "create or replace function legacy_private.matches(a text, b text) returns boolean language sql immutable as $$ select true $$",
    reverse:
      "create or replace function legacy_private.matches(a text, b text) returns boolean language sql immutable as $$ select a = b $$",
    reports: changed("function legacy_private.matches(text, text)", "body"),
    severity: "opens",
  },
  {
    name: "the function of a column's default is replaced",
    change:
      "create or replace function legacy_private.initial() returns integer language sql stable as $$ select 9 $$",
    reverse:
      "create or replace function legacy_private.initial() returns integer language sql stable as $$ select 0 $$",
    reports: changed("function legacy_private.initial()", "body"),
    severity: "opens",
  },
  {
    name: "the function of a check is replaced",
    change:
      "create or replace function legacy_private.valid(t text) returns boolean language sql immutable as $$ select true $$",
    reverse:
      "create or replace function legacy_private.valid(t text) returns boolean language sql immutable as $$ select t <> '' $$",
    reports: changed("function legacy_private.valid(text)", "body"),
    severity: "opens",
  },
  {
    name: "the function of a generated column is replaced",
    change:
      "create or replace function legacy_private.mask(t text) returns text language sql immutable as $$ select t $$",
    reverse:
      "create or replace function legacy_private.mask(t text) returns text language sql immutable as $$ select left(t, 1) $$",
    reports: changed("function legacy_private.mask(text)", "body"),
    severity: "opens",
  },
  {
    name: "the function of an index's expression is replaced",
    change:
      "create or replace function legacy_private.bucket_of(t text) returns text language sql immutable as $$ select t $$",
    reverse:
      "create or replace function legacy_private.bucket_of(t text) returns text language sql immutable as $$ select left(t, 1) $$",
    reports: changed("function legacy_private.bucket_of(text)", "body"),
    severity: "opens",
  },
  {
    name: "the function of an expression in statistics is replaced",
    change:
      "create or replace function legacy_private.sample_of(t text) returns text language sql immutable as $$ select t $$",
    reverse:
      "create or replace function legacy_private.sample_of(t text) returns text language sql immutable as $$ select left(t, 1) $$",
    reports: changed("function legacy_private.sample_of(text)", "body"),
    severity: "opens",
  },
  {
    name: "the function of an aggregate is replaced",
    change:
      "create or replace function legacy_private.join_texts(a text, b text) returns text language sql as $$ select b $$",
    reverse:
      "create or replace function legacy_private.join_texts(a text, b text) returns text language sql as $$ select a || b $$",
    reports: changed("function legacy_private.join_texts(text, text)", "body"),
    severity: "opens",
  },
  {
    name: "the function of a cast is replaced",
    change:
      "create or replace function legacy_private.rank_of(l legacy_private.level) returns integer language sql immutable as $$ select 2 $$",
    reverse:
      "create or replace function legacy_private.rank_of(l legacy_private.level) returns integer language sql immutable as $$ select 1 $$",
    as: "supabase_admin",
    reports: changed("function legacy_private.rank_of(legacy_private.level)", "body"),
    severity: "opens",
  },
  {
    name: "the function of a range type is replaced",
    change:
      "create or replace function legacy_private.difference_of(a integer, b integer) returns double precision language sql immutable as $$ select 2.0::double precision $$",
    reverse:
      "create or replace function legacy_private.difference_of(a integer, b integer) returns double precision language sql immutable as $$ select 1.0::double precision $$",
    reports: changed("function legacy_private.difference_of(integer, integer)", "body"),
    severity: "opens",
  },
  {
    name: "the function of an operator class is replaced",
    change:
      "create or replace function legacy_private.compare(a uuid, b uuid) returns integer language sql immutable as $$ select 0 $$",
    reverse:
      "create or replace function legacy_private.compare(a uuid, b uuid) returns integer language sql immutable as $$ select uuid_cmp(a, b) $$",
    reports: changed("function legacy_private.compare(uuid, uuid)", "body"),
    severity: "opens",
  },
  {
    name: "two labels of a private enum that a column has are swapped",
    change:
      "alter type legacy_private.level rename value 'low' to 'x'; alter type legacy_private.level rename value 'high' to 'low'; alter type legacy_private.level rename value 'x' to 'high'",
    reverse:
      "alter type legacy_private.level rename value 'low' to 'x'; alter type legacy_private.level rename value 'high' to 'low'; alter type legacy_private.level rename value 'x' to 'high'",
    reports: changed("type legacy_private.level", "labels"),
    severity: "opens",
  },
  {
    name: "the check of a private domain that a column has is dropped",
    change: "alter domain legacy_private.address drop constraint has_at",
    reverse: "alter domain legacy_private.address add constraint has_at check (value like '%@%')",
    reports: changed("type legacy_private.address", "constraints"),
    severity: "opens",
  },
  {
    name: "a column in public no longer has its domain, so the domain's check does not apply",
    change: "alter table public.orders alter email type text",
    reverse: "alter table public.orders alter email type legacy_private.address",
    reports: changed("table public.orders", "domains"),
    severity: "opens",
  },
  {
    name: "a trigger is added to a private table that a view shows",
    change:
      "create trigger copy before update on legacy_private.members for each row execute function suppress_redundant_updates_trigger()",
    reverse: "drop trigger copy on legacy_private.members",
    reports: extra("trigger legacy_private.members copy"),
    severity: "opens",
  },
  {
    name: "a rule is added to a private table that a view shows",
    change: "create rule swallow as on delete to legacy_private.members do instead nothing",
    reverse: "drop rule swallow on legacy_private.members",
    reports: extra("rule legacy_private.members swallow"),
    severity: "opens",
    takenBackBy: "drop rule swallow on legacy_private.members",
  },
  {
    name: "new members of a private table get another role",
    change: "alter table legacy_private.members alter role set default 'admin'",
    reverse: "alter table legacy_private.members alter role set default 'member'",
    reports: changed("table legacy_private.members", "defaults"),
    severity: "opens",
  },
  {
    name: "the check of a private table that a view shows is dropped",
    change: "alter table legacy_private.members drop constraint known",
    reverse: "alter table legacy_private.members add constraint known check (role in ('member', 'admin'))",
    reports: changed("table legacy_private.members", "constraints"),
    severity: "opens",
  },
  {
    name: "a private table that a view shows is granted to another role",
    change: "grant select, insert on legacy_private.members to reporting",
    reverse: "revoke all on legacy_private.members from reporting",
    reports: changed("table legacy_private.members", "grants"),
    severity: "opens",
  },
  {
    name: "an API role becomes the owner of a private table that a view shows",
    change: "alter table legacy_private.acl owner to authenticated",
    reverse: "alter table legacy_private.acl owner to postgres",
    as: "supabase_admin",
    reports: changed("table legacy_private.acl", "owner"),
    severity: "opens",
  },
  {
    name: "a private foreign table that a view shows reads another table",
    change: "alter foreign table legacy_private.remote options (set table_name 'mine')",
    reverse: "alter foreign table legacy_private.remote options (set table_name 'remote')",
    as: "supabase_admin",
    reports: changed("foreign table legacy_private.remote", "wrapperOptions"),
    severity: "opens",
  },
  {
    name: "a view that a policy reads has a default",
    change: "alter view legacy_private.allowed alter column id set default 5",
    reverse: "alter view legacy_private.allowed alter column id drop default",
    reports: changed("view legacy_private.allowed", "defaults"),
    severity: "opens",
  },
  {
    name: "a function that a policy calls runs as the service role",
    change: "alter function legacy_private.may_read(bigint) set role = 'service_role'",
    reverse: "alter function legacy_private.may_read(bigint) reset role",
    reports: changed("function legacy_private.may_read(bigint)", "settings"),
    severity: "opens",
  },
  {
    name: "a superuser becomes the owner of a function that a policy calls",
    change: "alter function legacy_private.may_read(bigint) owner to supabase_admin",
    reverse: "alter function legacy_private.may_read(bigint) owner to postgres",
    as: "supabase_admin",
    reports: changed("function legacy_private.may_read(bigint)", "owner"),
    severity: "opens",
  },
  {
    name: "foreign keys are not enforced on one partition",
    change: "alter table public.parts_1 disable trigger all",
    reverse: "alter table public.parts_1 enable trigger all",
    as: "supabase_admin",
    reports: changed("table public.parts", "constraints"),
    severity: "opens",
  },
  {
    name: "a cast with a private function is added",
    change: "create cast (text as uuid) with function legacy_private.to_uuid(text) as implicit",
    reverse: "drop cast (text as uuid)",
    as: "supabase_admin",
    reports: extra("cast (pg_catalog.text AS pg_catalog.uuid)", "function legacy_private.to_uuid(text)"),
    severity: "opens",
  },
  {
    name: "a private text search configuration that a policy's function uses gets another mapping",
    change: "alter text search configuration legacy_private.search alter mapping for email with english_stem",
    reverse: "alter text search configuration legacy_private.search alter mapping for email with simple",
    reports: changed("text search configuration legacy_private.search", "content"),
    severity: "opens",
  },
  {
    name: "a private text search configuration that is the default of a policy's function loses a mapping",
    change: "alter text search configuration legacy_private.fallback drop mapping for asciiword",
    reverse: "alter text search configuration legacy_private.fallback add mapping for asciiword with simple",
    reports: changed("text search configuration legacy_private.fallback", "content"),
    severity: "opens",
  },
  {
    name: "a dictionary of a private text search configuration that a policy's function uses is changed",
    change: "alter text search dictionary legacy_private.words (stopwords = english)",
    reverse: "alter text search dictionary legacy_private.words (stopwords)",
    reports: changed("text search dictionary legacy_private.words", "content"),
    severity: "opens",
  },
  {
    name: "a private collation of a policy is replaced by one without upper and lower case",
    change:
      "drop collation legacy_private.exact cascade; create collation legacy_private.exact (provider = icu, locale = 'und-u-ks-level1', deterministic = false); create policy by_collation on public.tasks for select to authenticated using ((review).text = 'x' collate legacy_private.exact)",
    reverse:
      "drop collation legacy_private.exact cascade; create collation legacy_private.exact (provider = icu, locale = 'und'); create policy by_collation on public.tasks for select to authenticated using ((review).text = 'x' collate legacy_private.exact)",
    reports: changed("collation legacy_private.exact", "content"),
    severity: "opens",
  },
];
