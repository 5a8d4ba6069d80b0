/** The statements of files and people in the model's schema `$s`. The set is small, so that they conflict. */

export const firstMigration = `create schema $s;
create table $s.a (id integer primary key, n integer, note text);
create table $s.b (id integer primary key, n integer not null default 0);
create type $s.mood as enum ('good', 'bad');
create function $s.base(x integer) returns integer language sql immutable as $$ select x $$;
`;

/**
 * Statements of a new migration. Manual changes use the same ones and those in `manual`. Most can fail, depending on existing
 * objects.
 */
export const statements = [
  "alter table $s.a enable row level security;",
  "alter table $s.b enable row level security;",
  "do $$ declare name text; begin foreach name in array array['a', 'b'] loop execute format('alter table $s.%I enable row level security', name); end loop; end $$;",
  "alter table $s.a alter column n set default 7;",
  "alter table $s.a alter column n drop default;",
  "alter table $s.b alter column n type bigint;",
  "alter table $s.a add column if not exists points integer;",
  "alter table $s.a drop column if exists points;",
  "alter table $s.b add column extra text default 'x';",
  "alter table $s.b drop column extra;",
  "create index if not exists a_n on $s.a (n);",
  "create index if not exists a_n on $s.a (n, note);",
  "drop index if exists $s.a_n;",
  "create table if not exists $s.c (id integer primary key, a_id integer);",
  "drop table if exists $s.c;",
  "comment on table $s.a is 'First.';",
  "comment on table $s.a is 'Second.';",
  "grant select on $s.a to authenticated;",
  "revoke select on $s.a from authenticated;",
  "grant select on all tables in schema $s to service_role;",
  "alter type $s.mood add value if not exists 'odd';",
  "alter table $s.a alter column note set not null;",
  "alter table $s.a rename column note to remark;",
  "create or replace function $s.base(x integer) returns integer language sql immutable as $$ select x + 1 $$;",
  // Statements that repeatables contain too, and those that need an object of a repeatable.
  "revoke select on $s.b from authenticated;",
  "comment on column $s.b.n is 'Number.';",
  "alter table $s.b set (fillfactor = 80);",
  "alter table $s.b alter column n set default $s.h(1);",
  "comment on view $s.v is 'V.';",
  "grant execute on function $s.touch() to authenticated;",
  // Default privileges, which apply to later objects.
  "alter default privileges in schema $s grant select on tables to authenticated;",
  "alter default privileges in schema $s revoke select on tables from authenticated;",
  "alter default privileges in schema $s grant execute on functions to anon;",
] as const;

/** Statements that only people run. */
export const manual = [
  "create policy rogue on $s.a using (true)",
  "create policy rogue_h on $s.b using ($s.h(id) > 0)",
  "create view $s.rogue_v as select id from $s.a where $s.h(id) > 0",
  "grant insert on $s.b to anon",
  "grant select on $s.v to anon",
  "create table $s.scratch (id integer)",
  "drop view $s.v",
  "drop view $s.w",
  "drop policy p on $s.a",
  "drop index $s.a_n",
  "alter table $s.a disable row level security",
  "comment on table $s.b is 'By hand.'",
  "create or replace function $s.h(x integer) returns integer language sql as $$ select -1 $$",
  "alter default privileges in schema $s grant insert on tables to anon",
] as const;

/** Repeatables, each with versions that replace each other in ways that PostgreSQL does not support. */
export const repeatables: Readonly<Record<string, readonly string[]>> = {
  "repeatable/h.sql": [
    "create or replace function $s.h(x integer) returns integer language sql as $$ select x $$;",
    "create or replace function $s.h(y integer) returns integer language sql as $$ select y $$;",
    "create or replace function $s.h(x integer, z integer default 1) returns integer language sql as $$ select x + z $$;",
    "create or replace function $s.h(x integer) returns bigint language sql as $$ select x::bigint $$;",
  ],
  // A migration creates it, too.
  "repeatable/base.sql": [
    "create or replace function $s.base(x integer) returns integer language sql immutable as $$ select x - 1 $$;",
    "create or replace function $s.base(x integer) returns integer language sql stable as $$ select x - 2 $$;\ncomment on function $s.base(integer) is 'Stated.';",
  ],
  "repeatable/v.sql": [
    "create or replace view $s.v as select id, n from $s.a;\ngrant select on $s.v to authenticated;",
    "create or replace view $s.v as select id, n from $s.a;",
    "create or replace view $s.v as select id, n from $s.a;\ncomment on view $s.v is 'Stated.';\ngrant select on $s.v to anon;",
    "create or replace view $s.v as select * from $s.a;\ngrant select on $s.v to authenticated;",
    "create materialized view $s.v as select id from $s.a;\ngrant select on $s.v to authenticated;",
    "create or replace view $s.v as select id, $s.h(n) * 2.5 as h from $s.a;\ngrant select on $s.v to authenticated;",
  ],
  "repeatable/w.sql": [
    "create or replace view $s.w as select id from $s.v;",
    "create or replace view $s.w as select b.id from $s.b b where $s.h(b.id) > 0;",
  ],
  "repeatable/p.sql": [
    "create policy p on $s.a using ($s.h(id) > 0);",
    "create policy p on $s.a for select to authenticated using (n > 0);\ncreate policy q on $s.b using (true);",
  ],
  "repeatable/t.sql": [
    "create or replace function $s.touch() returns trigger language plpgsql as $$ begin return new; end $$;\ncreate or replace trigger touch before update on $s.a for each row execute function $s.touch();",
    "create or replace function $s.touch() returns trigger language plpgsql as $$ begin return null; end $$;\ncreate trigger touch before update or delete on $s.a for each row execute function $s.touch();",
  ],
  "repeatable/facts_a.sql": [
    "alter table $s.a enable row level security;\ngrant select on $s.a to authenticated;\ncomment on table $s.a is 'Stated.';",
    "grant select, insert on $s.a to authenticated;",
    "revoke select on $s.a from authenticated;\nalter table $s.a alter column n set default 9;",
    "comment on column $s.a.n is 'Stated.';\nalter table $s.a set (fillfactor = 70);",
  ],
  "repeatable/facts_b.sql": [
    "do $$ declare name text; begin foreach name in array array['a', 'b'] loop execute format('alter table $s.%I enable row level security', name); end loop; end $$;",
    "grant select on $s.b to authenticated;\ncomment on type $s.mood is 'Stated.';",
    "alter table $s.b disable row level security;",
    "alter function $s.base(integer) set search_path to pg_catalog;",
    // The opposite of the previous file.
    "revoke select on $s.a from authenticated;\nalter table $s.a disable row level security;\ncomment on table $s.a is 'Last.';",
  ],
  "repeatable/facts_v.sql": [
    "grant insert on $s.v to service_role;",
    "comment on column $s.v.id is 'Stated.';",
    "revoke all on all tables in schema $s from anon;\nrevoke execute on function $s.h from public;",
    "set local role none;",
  ],
};
